// A map with integers as keys: inserted, then looked up, half of them in vain. The argument is the number of keys.
use std::collections::HashMap;

fn scattered(n: u64) -> u64 {
    n.wrapping_mul(0x9e3779b97f4a7c15) >> 20
}

fn main() {
    let count: u64 = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().expect("a number"));
    let mut squares: HashMap<u64, u64> = HashMap::new();
    for n in 0..count {
        squares.insert(scattered(n), n * n);
    }
    let mut total = 0u64;
    for n in 0..2 * count {
        total = total.wrapping_add(squares.get(&scattered(n)).copied().unwrap_or(1));
    }
    println!("{} {total}", squares.len());
}
