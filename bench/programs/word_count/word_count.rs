// The most frequent words of a file: a map of counts. The argument is the file's path.
use std::collections::HashMap;

fn main() {
    let path = std::env::args().nth(1).unwrap_or_else(|| "words.txt".to_string());
    let text = std::fs::read_to_string(path).expect("a readable file");
    let mut counts: HashMap<&str, i64> = HashMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word).or_insert(0) += 1;
    }
    println!("{} words", counts.len());
    let mut ordered: Vec<(&str, i64)> = counts.into_iter().collect();
    ordered.sort_by_key(|&(word, count)| (-count, word));
    for (word, count) in ordered.iter().take(5) {
        println!("{count} {word}");
    }
}
