// The largest sum of any sixteen elements in a row, by chunks. The argument is how many elements.
const ROUNDS: i64 = 20;

fn main() {
    let count: i64 = std::env::args().nth(1).map_or(10_000_000, |text| text.parse().expect("a number"));
    let xs: Vec<i64> = (0..count).map(|x| x * 7919 % 10007).collect();
    let mut total = 0;
    for round in 0..ROUNDS {
        total += xs.chunks(16).map(|chunk| chunk.iter().sum::<i64>() ^ round).max().unwrap_or(0);
    }
    println!("{total}");
}
