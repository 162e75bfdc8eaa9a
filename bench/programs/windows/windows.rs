// Peaks among neighbours, by windows of three. The argument is how many elements.
const ROUNDS: i64 = 100;

fn main() {
    let count: i64 = std::env::args().nth(1).map_or(2_000_000, |text| text.parse().expect("a number"));
    let xs: Vec<i64> = (0..count).map(|x| x * 7919 % 10007).collect();
    let mut found = 0;
    for round in 0..ROUNDS {
        found += xs.windows(3).filter(|w| w[1] > w[0] + round && w[1] > w[2]).count();
    }
    println!("{found}");
}
