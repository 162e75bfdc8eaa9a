// A tokenizer whose tokens are slices of its text. The argument is how often the text is repeated.
const SOURCE: &str = r#"let total = price * 12 + rate_2 / (100 - discount); // in cents
if total >= limit { print("too much", total) } else { total = total + 0x1f }
"#;

enum Token<'a> {
    Word(&'a str),
    Number(&'a str),
    Text(&'a str),
    Sign(&'a str),
}

#[derive(Debug)]
#[allow(dead_code)] // read by Debug alone
struct Totals {
    words: i64,
    numbers: i64,
    texts: i64,
    signs: i64,
    bytes: usize,
}

fn is_word(b: u8) -> bool {
    b >= b'a' && b <= b'z' || b >= b'A' && b <= b'Z' || b >= b'0' && b <= b'9' || b == b'_'
}

// Where the word that begins at `start` ends.
fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < bytes.len() && is_word(bytes[end]) {
        end += 1;
    }
    end
}

fn end_behind(bytes: &[u8], start: usize, last: u8) -> usize {
    let mut end = start;
    while end < bytes.len() && bytes[end] != last {
        end += 1;
    }
    (end + 1).min(bytes.len())
}

fn tokenize(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let b = bytes[at];
        let start = at;
        if b == b' ' || b == b'\n' {
            at += 1;
        } else if b == b'/' && at + 1 < bytes.len() && bytes[at + 1] == b'/' {
            at = end_behind(bytes, at, b'\n');
        } else if b >= b'0' && b <= b'9' {
            at = end_of_word(bytes, at);
            tokens.push(Token::Number(&text[start..at]));
        } else if is_word(b) {
            at = end_of_word(bytes, at);
            tokens.push(Token::Word(&text[start..at]));
        } else if b == b'"' {
            at = end_behind(bytes, at + 1, b'"');
            tokens.push(Token::Text(&text[start..at]));
        } else {
            at += if b == b'>' && at + 1 < bytes.len() && bytes[at + 1] == b'=' { 2 } else { 1 };
            tokens.push(Token::Sign(&text[start..at]));
        }
    }
    tokens
}

fn main() {
    let count = std::env::args().nth(1).map_or(50_000, |text| text.parse().expect("a number"));
    let mut totals = Totals { words: 0, numbers: 0, texts: 0, signs: 0, bytes: 0 };
    let source = SOURCE.repeat(count);
    for token in tokenize(&source) {
        totals.bytes += match token {
            Token::Word(text) => {
                totals.words += 1;
                text.len()
            }
            Token::Number(text) => {
                totals.numbers += 1;
                text.len()
            }
            Token::Text(text) => {
                totals.texts += 1;
                text.len()
            }
            Token::Sign(text) => {
                totals.signs += 1;
                text.len()
            }
        };
    }
    println!("{totals:?}");
}
