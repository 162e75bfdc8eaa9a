// Filter, transform, sum. The argument is how many elements.
const ROUNDS: i64 = 20;

fn main() {
    let count: i64 = std::env::args().nth(1).map_or(10_000_000, |text| text.parse().expect("a number"));
    let xs: Vec<i64> = (0..count).map(|x| x * 7919 % 10007).collect();
    let mut total = 0;
    for round in 0..ROUNDS {
        total += xs.iter().filter(|&x| x % 3 == round % 3).map(|x| x * x + round).sum::<i64>();
    }
    println!("{total}");
}
