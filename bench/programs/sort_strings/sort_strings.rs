// Texts in no order, sorted stably. The argument is how many.

// Names in no order, the same each time (Knuth's MMIX generator).
fn random_names(count: usize) -> Vec<String> {
    let mut state = 1u64;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            format!("name {}", state >> 40)
        })
        .collect()
}

fn main() {
    let count = std::env::args().nth(1).map_or(400_000, |text| text.parse().expect("a number"));
    let mut sorted = random_names(count);
    sorted.sort();
    println!("{}, {}, {}", sorted[0], sorted[count / 2], sorted[count - 1]);
}
