//! Addresses and networks.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One address or a network: `10.0.0.7`, `10.0.0.0/8`, `fd00::/8`.
///
/// IPv4 in IPv6 (`::ffff:10.0.0.7`) is the same as IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct IpRange {
    network: IpAddr,
    /// How many leading bits count.
    bits: u8,
}

impl IpRange {
    /// Whether an address is in it.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        ip.is_ipv4() == self.network.is_ipv4() && masked(ip, self.bits) == self.network
    }
}

/// The network of an address, of so many bits.
pub(crate) fn masked(ip: IpAddr, bits: u8) -> IpAddr {
    match ip {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            IpAddr::V4((ip.to_bits() & mask).into())
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & mask))
        }
    }
}

impl From<IpAddr> for IpRange {
    fn from(ip: IpAddr) -> Self {
        let network = ip.to_canonical();
        let bits = if network.is_ipv4() { 32 } else { 128 };
        Self { network, bits }
    }
}

impl FromStr for IpRange {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` must be an address or a network, e.g. `10.0.0.0/8`");
        let (address, bits) = match text.split_once('/') {
            None => return text.parse().map(IpAddr::into).map_err(|_| wrong()),
            Some((address, bits)) => (address, bits.parse::<u8>().map_err(|_| wrong())?),
        };
        let given: IpAddr = address.parse().map_err(|_| wrong())?;
        let network = given.to_canonical();
        // `::ffff:10.0.0.0/104` counts the 96 bits before the address of IPv4 too.
        let skipped = if given == network { 0 } else { 96 };
        let longest = if network.is_ipv4() { 32 } else { 128 };
        let bits = bits.checked_sub(skipped).filter(|bits| *bits <= longest);
        let bits = bits.ok_or_else(wrong)?;
        if masked(network, bits) != network {
            return Err(format!(
                "`{text}` has bits behind its network; it must be `{}/{bits}`",
                masked(network, bits)
            ));
        }
        Ok(Self { network, bits })
    }
}

impl TryFrom<String> for IpRange {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<IpRange> for String {
    fn from(range: IpRange) -> Self {
        range.to_string()
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = if self.network.is_ipv4() { 32 } else { 128 };
        if self.bits == whole {
            return self.network.fmt(f);
        }
        write!(f, "{}/{}", self.network, self.bits)
    }
}
