// Calls the functions of stats.sg from Rust, each behind a safe function that takes a slice.
extern "C" {
    #[link_name = "mean_near"]
    fn foreign_mean_near(values: *const f64, count: usize, centre: f64, tolerance: f64) -> f64;
    #[link_name = "count_records"]
    fn foreign_count_records(values: *const f64, count: usize) -> u64;
}

fn mean_near(values: &[f64], centre: f64, tolerance: f64) -> f64 {
    // SAFETY: the array is only read, and only during the call.
    unsafe { foreign_mean_near(values.as_ptr(), values.len(), centre, tolerance) }
}

fn count_records(values: &[f64]) -> u64 {
    // SAFETY: as above.
    unsafe { foreign_count_records(values.as_ptr(), values.len()) }
}

fn main() {
    let values = [20.5, 21.0, 19.5, 85.0, 20.0, 21.5];
    println!("mean near 20: {:.2}", mean_near(&values, 20.0, 5.0));
    println!("mean near -40: {:.2}", mean_near(&values, -40.0, 5.0));
    println!("records: {}", count_records(&values));
    println!("of nothing: {:.2}, {}", mean_near(&[], 0.0, 1.0), count_records(&[]));
}
