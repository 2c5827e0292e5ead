//! What can be told of an address that lies in no model's memory.

#[cfg(unix)]
pub(crate) use system::{is_mapped, is_static};

#[cfg(unix)]
mod system {
    use std::cell::Cell;
    use std::ffi::{c_int, c_void};

    /// Pages that a thread remembers to be there; a power of two.
    const KNOWN: usize = 64;

    /// The smallest page that systems have, so that what is said of it holds.
    const PAGE: usize = 4096;

    thread_local! {
        static PAGES: [Cell<usize>; KNOWN] = const { [const { Cell::new(0) }; KNOWN] };
    }

    /// Whether there is memory at an address.
    pub(crate) fn is_mapped(address: usize) -> bool {
        let page = address / PAGE;
        PAGES.with(|pages| {
            let known = &pages[page % KNOWN];
            if page != 0 && known.get() == page {
                return true;
            }
            let mapped = page != 0 && ask(page * PAGE);
            if mapped {
                known.set(page);
            }
            mapped
        })
    }

    fn ask(page: usize) -> bool {
        // The system wants the beginning of a page of its own.
        // SAFETY: asks for a number.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        let size = usize::try_from(size).unwrap_or(PAGE);
        let start = std::ptr::without_provenance_mut::<c_void>(page / size * size);
        // SAFETY: writes nothing that the system would not write by itself, and fails where nothing is mapped.
        unsafe { libc::msync(start, size, libc::MS_ASYNC) == 0 }
    }

    /// Whether an address lies in the program's statics, constants or code.
    #[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
    pub(crate) fn is_static(address: usize) -> bool {
        unsafe extern "C" fn look(
            info: *mut libc::dl_phdr_info,
            _: usize,
            data: *mut c_void,
        ) -> c_int {
            // SAFETY: valid while the callback runs.
            let info = unsafe { &*info };
            // SAFETY: the address that is asked for, below.
            let address = unsafe { *data.cast::<usize>() };
            let count = usize::from(info.dlpi_phnum);
            // SAFETY: as many headers as it says.
            let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, count) };
            let inside = headers.iter().any(|header| {
                let start = (info.dlpi_addr as usize).wrapping_add(header.p_vaddr as usize);
                header.p_type == libc::PT_LOAD
                    && address.wrapping_sub(start) < header.p_memsz as usize
            });
            c_int::from(inside)
        }
        let mut address = address;
        // SAFETY: the callback is given what it expects, and ends before this function does.
        unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut address).cast()) != 0 }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
    pub(crate) fn is_static(_: usize) -> bool {
        false
    }
}

#[cfg(not(unix))]
pub(crate) fn is_mapped(address: usize) -> bool {
    address >= 4096
}

#[cfg(not(unix))]
pub(crate) fn is_static(_: usize) -> bool {
    false
}
