//! Random histories: the rules against a model that keeps nothing but what happened.
//!
//! Events come twice, late, and two at a time on what both of them read before; the clock stands at
//! the borders of days, weeks, months and years, and where other zones change to summer time.
//!
//! `CLOUDAPP_TASK_SEEDS` and `CLOUDAPP_TASK_EVENTS` set the size. Full size:
//!
//! ```sh
//! CLOUDAPP_TASK_SEEDS=10000 CLOUDAPP_TASK_EVENTS=1000 tests/run.sh --release \
//!   -p cloudapp-runtime --all-features --test it -- --exact --nocapture task::model::histories
//! ```

mod case;
mod databases;
mod reference;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use chrono::{TimeZone as _, Utc};
use cloudapp_runtime::task::framework_rule;
use cloudapp_runtime::task::model::{
    Count, Due, Happened, Moment, Place, Progress, Refusal, Rule, act, claim, evidence_key,
    tier_sum,
};
use cloudapp_runtime::types::Id;

use self::case::{Case, Clock, Event, event};
use self::reference::{Answer, Model};
use super::world::{Chance, size};

const TASK: i64 = 7;

/// What the product keeps.
#[derive(Default)]
struct Kept {
    counts: BTreeMap<(i64, String), (u64, Count)>,
    days: BTreeMap<(i64, i32), i64>,
    evidence: BTreeSet<String>,
    keys: BTreeSet<(i64, String)>,
    paid: BTreeMap<(i64, String, String), i64>,
}

struct Product<'a> {
    rule: Rule,
    case: &'a Case,
    kept: Kept,
}

/// Decided on what was read: written only if that is as it was.
struct Decided {
    row: (i64, String),
    version: u64,
    count: Option<Count>,
    day: Option<(i32, i64)>,
    evidence: Option<String>,
    answer: Answer,
    due: Option<Due>,
}

fn word(refusal: Refusal) -> Answer {
    Answer::Word(match refusal {
        Refusal::Done => "done",
        Refusal::Today => "today",
        Refusal::NotReady => "not ready",
        Refusal::NoClaim | Refusal::NoPart => "never",
    })
}

fn paid(due: Option<&Due>) -> Answer {
    due.map_or(Answer::Paid(0, 0), |due| {
        Answer::Paid(due.rounds(), due.value())
    })
}

impl Product<'_> {
    fn decide(&self, event: &Event) -> Decided {
        let part = if event.object.is_none() && event.part > 0 {
            event.part.to_string()
        } else {
            String::new()
        };
        let row = (event.user, part);
        let (version, old) = self.kept.counts.get(&row).cloned().unwrap_or_default();
        let at = Utc.timestamp_millis_opt(event.at).unwrap();
        let moment = Moment::new(at, self.case.zone, self.case.starts_at).not_before(old.at);
        let mut decided = Decided {
            row,
            version,
            count: None,
            day: None,
            evidence: None,
            answer: Answer::Paid(0, 0),
            due: None,
        };
        let Some(object) = event.object else {
            self.decide_claim(event, &old, &moment, &mut decided);
            return decided;
        };
        let place = Place {
            act_id: 1,
            module_id: 0,
            task_id: TASK,
            task_type: self.case.task_type,
            part: "",
        };
        let object = object.to_string();
        let happened = Happened {
            user_id: event.user,
            object: &object,
            request: Some(&object),
        };
        let key = evidence_key(&self.rule, &place, &happened, &moment).unwrap();
        if self.kept.evidence.contains(&key) {
            decided.answer = Answer::Word("known");
            return decided;
        }
        if self.rule.progress == Progress::Tiers {
            decided.day = Some((moment.day(), event.amount));
            decided.evidence = Some(key);
            return decided;
        }
        let counted = (event.amount, self.case.setting.is_fact);
        match act(&self.rule, "", &old, counted, &moment) {
            Ok(step) => {
                decided.evidence = Some(key);
                decided.answer = paid(step.due.as_ref());
                (decided.count, decided.due) = (Some(step.count), step.due);
            }
            Err(refusal) => decided.answer = word(refusal),
        }
        decided
    }

    fn decide_claim(&self, event: &Event, old: &Count, moment: &Moment, decided: &mut Decided) {
        let mut sum = 0;
        if let Some(part) = self.rule.part(&decided.row.1) {
            let own = self
                .kept
                .days
                .iter()
                .filter(|((user, _), _)| *user == event.user);
            let days: Vec<_> = own.map(|((_, day), amount)| (*day, *amount)).collect();
            sum = tier_sum(&self.rule, part, &days, moment);
        }
        match claim(&self.rule, &decided.row.1, old, sum, moment) {
            Ok(step) => {
                decided.answer = paid(step.due.as_ref());
                (decided.count, decided.due) = (Some(step.count), step.due);
            }
            Err(refusal) => decided.answer = word(refusal),
        }
    }

    /// Writes what was decided; `None`: somebody else was quicker.
    fn commit(&mut self, event: &Event, decided: Decided) -> Option<Answer> {
        let (version, _) = self
            .kept
            .counts
            .get(&decided.row)
            .cloned()
            .unwrap_or_default();
        let is_new = decided
            .evidence
            .as_ref()
            .is_none_or(|key| !self.kept.evidence.contains(key));
        if (decided.count.is_some() && version != decided.version) || !is_new {
            return None;
        }
        self.kept.evidence.extend(decided.evidence);
        if let Some((day, amount)) = decided.day {
            *self.kept.days.entry((event.user, day)).or_default() += amount;
        }
        if let Some(due) = decided.due {
            let key = due.key(Id::new(TASK));
            assert!(
                self.kept.keys.insert((event.user, key.clone())),
                "{key} is paid twice"
            );
            let of = (event.user, due.part.clone(), due.period.clone());
            let sum = self.kept.paid.entry(of).or_default();
            *sum += due.rounds();
            let limit = self.rule.part(&due.part).and_then(|part| part.limit);
            assert!(
                limit.is_none_or(|limit| *sum <= limit),
                "{key}: {sum} rounds"
            );
        }
        if let Some(count) = decided.count {
            self.kept.counts.insert(decided.row, (version + 1, count));
        }
        Some(decided.answer)
    }

    fn apply(&mut self, event: &Event) -> Answer {
        let decided = self.decide(event);
        self.commit(event, decided).unwrap()
    }

    /// Two at once: both read before either writes.
    fn race(&mut self, first: &Event, second: &Event) -> [Answer; 2] {
        let (a, b) = (self.decide(first), self.decide(second));
        let a = self.commit(first, a).unwrap();
        // A refusal writes nothing that would tell that it came too early.
        let writes = b.count.is_some() || b.day.is_some();
        let b = if writes { self.commit(second, b) } else { None };
        [a, b.unwrap_or_else(|| self.apply(second))]
    }
}

fn expected(model: &mut Model, event: &Event) -> Answer {
    match event.object {
        Some(object) => model.act(event.at, event.user, object, event.amount),
        None => model.claim(event.at, event.user, event.part),
    }
}

fn history(seed: u64, events: usize) -> (usize, i64) {
    let mut chance = Chance::new(seed);
    let case = case::case(&mut chance, seed.is_multiple_of(2));
    let rule = framework_rule(case.task_type, case.period, &case.config);
    let mut product = Product {
        rule: rule.unwrap_or_else(|problem| panic!("{problem}: {}", case.config)),
        case: &case,
        kept: Kept::default(),
    };
    let mut model = Model::new(case::case(&mut Chance::new(seed), seed.is_multiple_of(2)).setting);
    let mut clock = Clock::new();
    let (mut count, mut paid) = (0, 0);
    while count < events {
        clock.advance(&mut chance);
        let first = event(&case, &mut chance, &clock);
        let mut second = event(&case, &mut chance, &clock);
        if chance.below(2) == 0 {
            second = first;
        }
        let answers = match chance.below(3) {
            0 => product.race(&first, &second),
            _ => [product.apply(&first), product.apply(&second)],
        };
        for (event, answer) in [first, second].iter().zip(answers) {
            let expected = expected(&mut model, event);
            let what = || format!("seed {seed}, event {count}: {event:?} of {}", case.config);
            assert_eq!(
                answer,
                expected,
                "{} {:?} {}",
                case.task_type,
                case.period,
                what()
            );
            if let Answer::Paid(_, value) = answer {
                paid += value;
            }
            count += 1;
        }
    }
    (count, paid)
}

#[test]
fn histories() {
    let began = Instant::now();
    let seeds = size("CLOUDAPP_TASK_SEEDS", 300) as u64;
    let events = size("CLOUDAPP_TASK_EVENTS", 400);
    let threads = 2;
    let handles = (0..threads).map(|number| {
        std::thread::spawn(move || {
            let own = (0..seeds).filter(move |seed| seed % threads == number);
            own.map(|seed| history(seed, events))
                .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        })
    });
    let handles: Vec<_> = handles.collect();
    let (mut count, mut paid) = (0, 0);
    for handle in handles {
        let one = handle.join().unwrap();
        (count, paid) = (count + one.0, paid + one.1);
    }
    println!(
        "{seeds} histories, {count} events, {paid} paid: 0 differences; {:.0} s",
        began.elapsed().as_secs_f64()
    );
}
