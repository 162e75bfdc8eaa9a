// A map with texts as keys: inserted, then looked up, half of them in vain. The argument is the number of keys.
use std::collections::HashMap;

fn main() {
    let count: i64 = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().expect("a number"));
    let mut numbers: HashMap<String, i64> = HashMap::new();
    for n in 0..count {
        numbers.insert(format!("key {n}"), n);
    }
    let mut total = 0;
    for n in 0..2 * count {
        total += numbers.get(&format!("key {n}")).copied().unwrap_or(1);
    }
    println!("{} {total}", numbers.len());
}
