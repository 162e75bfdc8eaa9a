// Structs in no order, sorted stably by one field and then by another. The argument is how many.
#[derive(Clone)]
struct Order {
    number: i64,
    customer: i64,
    weight: f64,
}

// Orders in no order, the same each time (Knuth's MMIX generator).
fn random_orders(count: i64) -> Vec<Order> {
    let mut state = 1u64;
    (0..count)
        .map(|number| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            Order { number, customer: (state >> 33) as i64 % 1000, weight: (state >> 40) as f64 / 64.0 }
        })
        .collect()
}

fn main() {
    let count = std::env::args().nth(1).map_or(500_000, |text| text.parse().expect("a number"));
    let mut by_weight = random_orders(count);
    by_weight.sort_by(|a, b| a.weight.total_cmp(&b.weight));
    let mut by_customer = by_weight.clone();
    by_customer.sort_by_key(|order| order.customer);
    for at in [0, by_customer.len() / 3, by_customer.len() - 1] {
        let order = &by_customer[at];
        println!("{} {} {} {:.3}", by_weight[at].number, order.customer, order.number, order.weight);
    }
}
