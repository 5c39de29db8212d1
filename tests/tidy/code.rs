//! Reads Rust just far enough for the rules: what is code and what is comment or string, where
//! functions begin and end, what is imported.

/// The source with the content of comments, strings and characters replaced by blanks; every
/// character keeps its line and column.
pub(crate) fn blank(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = opaque_end(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        out.extend(
            chars[at..end]
                .iter()
                .map(|&c| if c == '\n' { '\n' } else { ' ' }),
        );
        at = end;
    }
    out
}

/// Where the comment, string or character that starts here ends; `at` itself when none starts.
fn opaque_end(chars: &[char], at: usize) -> usize {
    let starts = |text: &str| {
        text.chars()
            .enumerate()
            .all(|(i, c)| chars.get(at + i) == Some(&c))
    };
    if starts("//") {
        return position(chars, at, |c| c == '\n');
    }
    if starts("/*") {
        return block_comment_end(chars, at);
    }
    match chars[at] {
        '"' => string_end(chars, at + 1),
        '\'' if chars.get(at + 1) == Some(&'\\') => position(chars, at + 3, |c| c == '\'') + 1,
        '\'' if chars.get(at + 2) == Some(&'\'') => at + 3,
        'r' if !follows_word(chars, at) => raw_string_end(chars, at).unwrap_or(at),
        _ => at,
    }
}

fn position(chars: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    (from..chars.len())
        .find(|&i| wanted(chars[i]))
        .unwrap_or(chars.len())
}

/// `br"…"` is raw, `bar"` is not.
fn follows_word(chars: &[char], at: usize) -> bool {
    let is_word = |i: usize| chars[i].is_alphanumeric() || chars[i] == '_';
    match at {
        0 => false,
        1 => is_word(0) && !matches!(chars[0], 'b' | 'c'),
        _ => is_word(at - 1) && (!matches!(chars[at - 1], 'b' | 'c') || is_word(at - 2)),
    }
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut at = from;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

fn raw_string_end(chars: &[char], at: usize) -> Option<usize> {
    let quote = position(chars, at + 1, |c| c != '#');
    if chars.get(quote) != Some(&'"') {
        return None;
    }
    let hashes = quote - at - 1;
    let closes = |&i: &usize| {
        chars[i] == '"' && (1..=hashes).all(|offset| chars.get(i + offset) == Some(&'#'))
    };
    let end = (quote + 1..chars.len()).find(closes);
    Some(end.map_or(chars.len(), |end| end + hashes + 1))
}

fn block_comment_end(chars: &[char], from: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = from;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => depth += 1,
            ('*', Some('/')) => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    at
}

/// A function with a body; lines count from 1.
#[derive(Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) first_line: usize,
    pub(crate) last_line: usize,
}

/// Every function with a body, nested ones too. Wants blanked code.
pub(crate) fn functions(code: &str) -> Vec<Function> {
    words(code)
        .filter(|(_, word)| *word == "fn")
        .filter_map(|(at, _)| {
            let name: String = code[at + 2..]
                .trim_start()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let body = at + code[at..].find(['{', ';']).filter(|_| !name.is_empty())?;
            let end = closing_brace(code, body)?;
            Some(Function {
                name,
                first_line: line_of(code, at),
                last_line: line_of(code, end),
            })
        })
        .collect()
}

/// Where the block that opens at `open` closes; `None` when no `{` stands there.
pub(crate) fn closing_brace(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return (c == '}').then_some(open + offset);
        }
    }
    None
}

/// The bytes of the inline test module, if there is one. Wants blanked code.
pub(crate) fn inline_tests(code: &str) -> Option<std::ops::RangeInclusive<usize>> {
    let at = code.find("#[cfg(test)]\nmod ")?;
    let open = at + code[at..].find(['{', ';'])?;
    Some(at..=closing_brace(code, open)?)
}

/// The code up to the inline tests. Wants blanked code.
pub(crate) fn before_tests(code: &str) -> &str {
    inline_tests(code).map_or(code, |tests| &code[..*tests.start()])
}

/// The line of a byte offset, from 1.
pub(crate) fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// The words (identifiers, keywords, numbers) of blanked code with their byte offsets.
pub(crate) fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.split(move |c| !is_word(c))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - code.as_ptr() as usize, word))
}

/// Every imported path with its line, groups written out: `use a::{b, c::d};` gives `a::b` and
/// `a::c::d`. Wants blanked code.
pub(crate) fn imports(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in words(code).filter(|(_, word)| *word == "use") {
        let rest = &code[at + 3..];
        let tree: String = rest
            .split(';')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let line = line_of(code, at);
        expand("", &tree, &mut |path| found.push((line, path)));
    }
    found
}

fn expand(prefix: &str, tree: &str, found: &mut impl FnMut(String)) {
    let Some((head, group)) = tree.split_once('{') else {
        return found(format!("{prefix}{tree}"));
    };
    let prefix = format!("{prefix}{head}");
    let group = group.strip_suffix('}').unwrap_or(group);
    let (mut depth, mut start) = (0_i32, 0);
    for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if start < at {
                    expand(&prefix, &group[start..at], found);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

mod tests {
    use super::*;

    fn blanked(source: &str) -> String {
        blank(source)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn comments_strings_and_characters_are_blank() {
        assert_eq!(blanked("a // b\nc /* d /* e */ f */ g"), "a c g");
        assert_eq!(blanked(r#"a("b \" c", 'd', '\'', '"') "#), "a( , , , )");
        assert_eq!(
            blanked(r###"f(r#"g " h"#, br"i\", b"j") for"###),
            "f( , b , b ) for"
        );
        assert_eq!(
            blanked("fn a<'b>(c: &'b str) {}"),
            "fn a<'b>(c: &'b str) {}"
        );
        assert_eq!(blanked("\"never closed"), "");
    }

    #[test]
    fn lines_stay_where_they_are() {
        assert_eq!(
            blank("a\n/* b\n */ c\n\"d\ne\" f"),
            "a\n    \n    c\n  \n   f"
        );
    }

    #[test]
    fn functions_have_first_and_last_lines() {
        let code = "fn a() {\n  if x {}\n}\ntrait T {\n  fn b();\n  fn c(f: fn(u8)) {}\n}";
        let found: Vec<_> = functions(code)
            .into_iter()
            .map(|f| (f.name, f.first_line, f.last_line))
            .collect();
        assert_eq!(found, [("a".to_owned(), 1, 3), ("c".to_owned(), 6, 6)]);
    }

    #[test]
    fn inline_tests_can_be_left_out() {
        let code = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
        assert_eq!(before_tests(code), "fn a() {}\n\n");
        let outside = "#[cfg(test)]\nmod tests;\nfn a() {}";
        assert_eq!(before_tests(outside), outside);
    }

    #[test]
    fn imports_are_written_out() {
        let code = "use a::{b, c::{self, d as e}};\npub use f::g;\nfn used() {}";
        let found = ["a::b", "a::c::self", "a::c::dase"].map(|path| (1, path.to_owned()));
        assert_eq!(
            imports(code),
            [&found[..], &[(2, "f::g".to_owned())]].concat()
        );
    }
}
