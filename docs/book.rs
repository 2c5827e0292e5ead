//! The programs in the book, compiled and run by `cargo test -p flipside-book`.

/// A page with programs in it.
macro_rules! pages {
    ($($name:ident: $path:literal)+) => { $(
        #[cfg(doctest)]
        #[doc = include_str!($path)]
        mod $name {}
    )+ };
}

pages! {
    readme: "../README.md"
    using: "src/using.md"
    weft: "src/weft.md"
}
