//! weft-checker
