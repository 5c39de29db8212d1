//! From a key to its slot, from a slot to the number of its physical table.

/// Number of slots. A key belongs to one slot for ever; slots move between tables.
pub const SLOTS: usize = 1024;

/// Bits of a mixed key that are not its slot: the slot is the top 10.
const SHIFT: u32 = u64::BITS - SLOTS.ilog2();

/// The slot of an integer key, 0..1024.
#[must_use]
pub fn slot_of_int(key: i64) -> u16 {
    top(mix(key.cast_unsigned()))
}

/// The slot of a text key, 0..1024. A text of digits is a text: it has another slot than the
/// integer.
#[must_use]
pub fn slot_of_text(key: &str) -> u16 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    // FNV-1a: its top bits alone hardly change with the last bytes, hence the mix.
    let hash = key.bytes().fold(BASIS, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    });
    top(mix(hash))
}

/// The finaliser of splitmix64.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

fn top(bits: u64) -> u16 {
    u16::try_from(bits >> SHIFT).unwrap_or_default()
}

/// Which physical table owns each slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotMap(Vec<u16>);

impl SlotMap {
    /// `count` tables (1 to 1024; anything else is taken as the nearest), each with one run of
    /// slots, as long as the others' to within one.
    #[must_use]
    pub fn even(count: u16) -> Self {
        let count = clamp(count);
        let owner = |slot| u16::try_from(slot * count / SLOTS).unwrap_or_default();
        Self((0..SLOTS).map(owner).collect())
    }

    /// The number of the table that owns `slot` (taken modulo 1024).
    #[must_use]
    pub fn owner(&self, slot: u16) -> u16 {
        self.0
            .get(usize::from(slot) % SLOTS)
            .copied()
            .unwrap_or_default()
    }

    /// Gives `slot` (taken modulo 1024) to the table of number `owner`.
    pub fn set(&mut self, slot: u16, owner: u16) {
        if let Some(place) = self.0.get_mut(usize::from(slot) % SLOTS) {
            *place = owner;
        }
    }

    /// The numbers of the tables that own a slot: sorted, each once.
    #[must_use]
    pub fn numbers(&self) -> Vec<u16> {
        let mut numbers = self.0.clone();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The same map for tables 0..`count` (1 to 1024, as in [`Self::even`]): balanced to within one
    /// slot, with the fewest slots moved that allow for it.
    #[must_use]
    pub fn resized(&self, count: u16) -> Self {
        let count = clamp(count);
        let mut owned: Vec<usize> = vec![0; count];
        for owner in &self.0 {
            if let Some(slots) = owned.get_mut(usize::from(*owner)) {
                *slots += 1;
            }
        }
        // Where the slots do not divide evenly, those who have most keep one more.
        let mut by_size: Vec<usize> = (0..count).collect();
        by_size.sort_by_key(|table| (std::cmp::Reverse(owned[*table]), *table));
        let mut quota = vec![SLOTS / count; count];
        for table in by_size.iter().take(SLOTS % count) {
            quota[*table] += 1;
        }
        let mut resized = self.clone();
        let mut homeless = Vec::new();
        let mut kept = vec![0; count];
        for (slot, owner) in self.0.iter().enumerate() {
            let owner = usize::from(*owner);
            if owner < count && kept[owner] < quota[owner] {
                kept[owner] += 1;
            } else {
                homeless.push(slot);
            }
        }
        let open = (0..count).flat_map(|table| vec![table; quota[table] - kept[table]]);
        for (slot, table) in homeless.into_iter().zip(open) {
            resized.0[slot] = u16::try_from(table).unwrap_or_default();
        }
        resized
    }

    /// The slots that have another owner in `to`, ascending.
    #[must_use]
    pub fn moves(&self, to: &Self) -> Vec<u16> {
        (0_u16..)
            .zip(self.0.iter().zip(&to.0))
            .filter(|(_, (here, there))| here != there)
            .map(|(slot, _)| slot)
            .collect()
    }

    /// As text: `owner*slots` for each run of slots, such as `0*512,1*512`.
    #[must_use]
    pub fn encode(&self) -> String {
        let runs = self.0.chunk_by(|a, b| a == b);
        let run = |run: &[u16]| run.first().map(|owner| format!("{owner}*{}", run.len()));
        runs.filter_map(run).collect::<Vec<_>>().join(",")
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// Says what is wrong with the text: not of that form, or not 1024 slots.
    pub fn decode(text: &str) -> Result<Self, String> {
        let mut owners = Vec::with_capacity(SLOTS);
        for run in text.split(',') {
            let (owner, length) = run
                .split_once('*')
                .ok_or_else(|| format!("`{run}` is not `owner*slots`"))?;
            let bad = |error| format!("`{run}`: {error}");
            let owner: u16 = owner.parse().map_err(bad)?;
            let length: u16 = length.parse().map_err(bad)?;
            if owners.len() + usize::from(length) > SLOTS {
                return Err(format!("more than {SLOTS} slots"));
            }
            owners.extend(std::iter::repeat_n(owner, usize::from(length)));
        }
        if owners.len() != SLOTS {
            return Err(format!("{} slots instead of {SLOTS}", owners.len()));
        }
        Ok(Self(owners))
    }
}

fn clamp(count: u16) -> usize {
    usize::from(count).clamp(1, SLOTS)
}
