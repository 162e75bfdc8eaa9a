// The sieve of Eratosthenes: stores with a stride. The argument is the limit.
fn main() {
    let limit: usize = std::env::args().nth(1).map_or(10_000_000, |text| text.parse().expect("a number"));
    let mut is_composite: Vec<bool> = (0..limit).map(|_| false).collect();
    let mut count = 0;
    for n in 2..limit {
        if is_composite[n] {
            continue;
        }
        count += 1;
        let mut multiple = n * n;
        while multiple < limit {
            is_composite[multiple] = true;
            multiple += n;
        }
    }
    println!("{count}");
}
