// The quote calculator of examples/quote_file.sg, as a Rust programmer writes it: rows borrow from the file's text.
use std::collections::HashMap;

#[derive(Clone, Copy)]
struct QuoteItem<'a> {
    #[allow(dead_code)] // the Sigil program keeps the name as well
    name: &'a str,
    unit: i64,
    quantity: i64,
    material: &'a str,
    minutes: i64,
}

struct PricingConfig<'a> {
    tax_rate: i64,
    labor_rate: i64,
    markups: HashMap<&'a str, i64>,
}

struct Line<'a> {
    item: QuoteItem<'a>,
    cost: i64,
    labor: i64,
}

struct Totals {
    lines: i64,
    goods: i64,
    labor: i64,
    tax: i64,
}

struct Quote {
    lines: i64,
    net: i64,
    tax: i64,
    gross: i64,
}

fn parse_item(row: &str) -> Option<QuoteItem<'_>> {
    let parts: Vec<&str> = row.split(',').collect();
    if parts.len() != 5 {
        return None;
    }
    Some(QuoteItem {
        name: parts[0],
        unit: parts[1].parse().ok()?,
        quantity: parts[2].parse().ok()?,
        material: parts[3],
        minutes: parts[4].parse().ok()?,
    })
}

fn is_plausible(item: &QuoteItem) -> bool {
    item.unit > 0
        && item.unit <= 10_000_000
        && item.quantity > 0
        && item.quantity <= 10_000
        && item.minutes >= 0
        && item.minutes <= 480
}

fn apply_base_pricing<'a>(item: QuoteItem<'a>, config: &PricingConfig) -> Line<'a> {
    Line { cost: item.unit * item.quantity, labor: item.minutes * config.labor_rate / 60, item }
}

fn apply_quantity_discounts(line: Line) -> Line {
    let percent = match line.item.quantity {
        0..=9 => 0,
        10..=99 => 5,
        _ => 12,
    };
    Line { cost: line.cost * (100 - percent) / 100, ..line }
}

fn apply_material_markups<'a>(line: Line<'a>, config: &PricingConfig) -> Line<'a> {
    let markup = config.markups.get(line.item.material).copied().unwrap_or(0);
    Line { cost: line.cost * (10000 + markup) / 10000, ..line }
}

fn calculate_labor(line: Line) -> Line {
    Line { labor: line.labor * line.item.quantity, ..line }
}

fn sum_totals(lines: &[Line]) -> Totals {
    Totals {
        lines: lines.len() as i64,
        goods: lines.iter().map(|line| line.cost).sum(),
        labor: lines.iter().map(|line| line.labor).sum(),
        tax: 0,
    }
}

fn apply_tax(totals: Totals, rate: i64) -> Totals {
    Totals { tax: (totals.goods + totals.labor) * rate / 10000, ..totals }
}

fn build_quote(totals: Totals) -> Quote {
    let net = totals.goods + totals.labor;
    Quote { lines: totals.lines, net, tax: totals.tax, gross: net + totals.tax }
}

fn calculate_quote(items: &[QuoteItem], config: &PricingConfig) -> Quote {
    let lines: Vec<Line> = items
        .iter()
        .map(|item| apply_base_pricing(*item, config))
        .map(apply_quantity_discounts)
        .map(|line| apply_material_markups(line, config))
        .map(calculate_labor)
        .collect();
    build_quote(apply_tax(sum_totals(&lines), config.tax_rate))
}

fn main() {
    let path = std::env::args().nth(1).unwrap_or_else(|| "items.csv".to_string());
    let config = PricingConfig {
        tax_rate: 1900,
        labor_rate: 4800,
        markups: HashMap::from([("steel", 1500), ("titanium", 4250)]),
    };
    let text = std::fs::read_to_string(path).expect("a readable file");
    let rows: Vec<&str> = text.lines().collect();
    let items: Vec<QuoteItem> = rows.iter().filter_map(|row| parse_item(row)).filter(is_plausible).collect();
    let q = calculate_quote(&items, &config);
    println!("{} lines, net {}, tax {}, gross {}", q.lines, q.net, q.tax, q.gross);
    println!("{} rows refused", rows.len() - items.len());
}
