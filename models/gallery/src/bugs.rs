//! The bugs, a file each: its head tells what happened, then comes the program, then what is expected of it.
//!
//! Every program is generic over the checker that runs it, and takes the form that is to run.

mod destroy;
mod liburing_buffer_ring;
mod nvme_phase;
mod overflow;
mod perf_ring;
mod ptr_ring;
mod qemu_event;
mod sq_ring_needs_enter;
mod starvation;
mod two_submitters;
mod users_pointer;
mod valid_bit;
mod vhost_head;
mod virtio_kick;
mod virtio_wmb;
mod vmbus_ring;
mod waitqueue_active;
mod wrap_counter;

use crate::entry::Entry;

/// Every bug, in the order of the page.
pub const ALL: &[Entry] = &[
    ptr_ring::ENTRY,
    liburing_buffer_ring::ENTRY,
    nvme_phase::ENTRY,
    valid_bit::ENTRY,
    vhost_head::ENTRY,
    vmbus_ring::ENTRY,
    virtio_wmb::ENTRY,
    qemu_event::ENTRY,
    virtio_kick::ENTRY,
    sq_ring_needs_enter::ENTRY,
    waitqueue_active::ENTRY,
    perf_ring::ENTRY,
    wrap_counter::ENTRY,
    two_submitters::ENTRY,
    users_pointer::ENTRY,
    overflow::ENTRY,
    destroy::ENTRY,
    starvation::ENTRY,
];
