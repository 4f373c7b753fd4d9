//! What a hostile peer must not bring about in this process: panics, and memory beyond what a frame may have.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    panic,
    sync::{
        Once,
        atomic::{AtomicUsize, Ordering},
    },
};

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, which notes for each thread what is asked of it.
pub struct Watching;

impl Watching {
    fn note(bytes: usize) {
        // A thread that ends has no place for notes any more.
        let _ = LARGEST.try_with(|largest| largest.set(largest.get().max(bytes)));
    }
}

// SAFETY: everything is left to the system's allocator.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::note(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        Self::note(bytes);
        unsafe { System.realloc(pointer, layout, bytes) }
    }
}

/// The most that was asked for at once on this thread since the last call, in bytes. A test on one thread has its server
/// on the same.
pub fn largest_allocation() -> usize {
    LARGEST.replace(0)
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Panics so far in code of Millpond or of what it uses, on any thread: the task of a connection that panics takes nothing
/// down but its own connection, and would go unnoticed. Those of tests themselves do not count.
pub fn panics() -> usize {
    static WATCH: Once = Once::new();
    WATCH.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !info.location().is_some_and(|place| place.file().starts_with("tests/")) {
                PANICS.fetch_add(1, Ordering::SeqCst);
            }
            before(info);
        }));
    });
    PANICS.load(Ordering::SeqCst)
}
