// A thousand groups by key, in the order first seen. The argument is how many elements.
use std::collections::HashMap;

#[derive(Clone, Copy)]
struct Sale {
    shop: i64,
    cents: i64,
}

fn group_by_shop(sales: &[Sale]) -> Vec<(i64, Vec<Sale>)> {
    let mut places: HashMap<i64, usize> = HashMap::new();
    let mut groups: Vec<(i64, Vec<Sale>)> = Vec::new();
    for sale in sales {
        let at = *places.entry(sale.shop).or_insert_with(|| {
            groups.push((sale.shop, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(*sale);
    }
    groups
}

fn main() {
    let count: i64 = std::env::args().nth(1).map_or(2_000_000, |text| text.parse().expect("a number"));
    let sales: Vec<Sale> = (0..count).map(|n| Sale { shop: n * 7919 % 1000, cents: n % 977 }).collect();
    let groups = group_by_shop(&sales);
    let best = groups.iter().map(|(shop, group)| (group.iter().map(|sale| sale.cents).sum::<i64>(), *shop)).max();
    println!("{:?}", best.unwrap_or((0, 0)));
}
