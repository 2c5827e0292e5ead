//! What must come back, computed in another way than handlers do.

use crate::request::{FACTOR, STEP};

/// The result that a number must come back with: each byte by itself, jumping ahead in the
/// generator that the handler steps through.
pub(crate) fn expected(number: usize, size: u8) -> Vec<u8> {
    let seed = (number as u64) << 8 | u64::from(size);
    let byte = |index: u8| {
        let (mut factor, mut step) = (FACTOR, STEP);
        let (mut all_factors, mut all_steps) = (1u64, 0u64);
        let mut steps = u32::from(index) + 1;
        while steps > 0 {
            if steps & 1 == 1 {
                all_factors = all_factors.wrapping_mul(factor);
                all_steps = all_steps.wrapping_mul(factor).wrapping_add(step);
            }
            step = factor.wrapping_add(1).wrapping_mul(step);
            factor = factor.wrapping_mul(factor);
            steps >>= 1;
        }
        (all_factors.wrapping_mul(seed).wrapping_add(all_steps) >> 56) as u8
    };
    (0..size).map(byte).collect()
}
