// The edit distance of two texts, with one row of the table. The argument is their length.

// Letters, the same each time for the same seed (Knuth's MMIX generator).
fn random_letters(count: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            b'a' + ((state >> 33) % 26) as u8
        })
        .collect()
}

fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = if x == y { diagonal } else { diagonal + 1 };
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

fn main() {
    let length = std::env::args().nth(1).map_or(10_000, |text| text.parse().expect("a number"));
    println!("{}", distance(&random_letters(length, 1), &random_letters(length, 2)));
}
