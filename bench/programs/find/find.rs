// The first element that has a property, after which nothing more is looked at. The argument is how many elements.
fn main() {
    let count: i64 = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().expect("a number"));
    let xs: Vec<i64> = (0..count).map(|x| x * 7919 % 1000003).collect();
    let mut total = 0;
    for step in 0..1000 {
        total += xs.iter().map(|x| x + step).find(|x| x % 65537 == 777).unwrap_or(0);
    }
    println!("{total}");
}
