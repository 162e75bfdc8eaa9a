// Integers in no order, sorted stably. The argument is how many.

// Numbers in no order, the same each time (Knuth's MMIX generator).
fn random_numbers(count: usize) -> Vec<i64> {
    let mut state = 1u64;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as i64
        })
        .collect()
}

fn main() {
    let count = std::env::args().nth(1).map_or(2_000_000, |text| text.parse().expect("a number"));
    let mut sorted = random_numbers(count);
    sorted.sort();
    println!("{} {} {}", sorted[0], sorted[count / 2], sorted[count - 1]);
}
