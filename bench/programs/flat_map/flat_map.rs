// A range for each element, flattened. The argument is how many elements.
fn main() {
    let count: i64 = std::env::args().nth(1).map_or(10_000_000, |text| text.parse().expect("a number"));
    let xs: Vec<i64> = (0..count).map(|x| x * 7919 % 29).collect();
    println!("{}", xs.iter().flat_map(|&x| 0..x).filter(|y| y % 3 == 1).map(|y| y * y).sum::<i64>());
}
