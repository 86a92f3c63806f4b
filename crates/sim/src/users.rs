//! Invented Users and who serves which home.

use crate::config::SimError;
use northbound_emulator::{Home, Rng};
use northbound_types::{Eui64, Region, text_enum};

text_enum! {
    /// User Roles as the catalogue writes them.
    pub enum Role("User Role") {
        /// Import Supplier.
        Is = "IS",
        /// Gas Supplier.
        Gs = "GS",
        /// Electricity Distributor.
        Ed = "ED",
        /// Gas Transporter.
        Gt = "GT",
        /// Other User.
        Ou = "OU",
    }
}

text_enum! {
    /// Party categories.
    pub enum PartyCategory("party category") {
        /// Large Supplier.
        LargeSupplier = "large-supplier",
        /// Small Supplier.
        SmallSupplier = "small-supplier",
        /// Electricity Network.
        ElectricityNetwork = "electricity-network",
        /// Gas Network.
        GasNetwork = "gas-network",
        /// Other.
        Other = "other",
    }
}

/// One User.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    /// Its EUI-64.
    pub eui: Eui64,
    /// An invented name.
    pub name: &'static str,
    /// Party category.
    pub category: PartyCategory,
    /// Roles that it holds.
    pub roles: &'static [Role],
    /// Its weight among the Users of its role.
    pub share: u64,
    /// The only region that it serves; `None` for all.
    pub region: Option<Region>,
}

/// Name, category, roles, share, only region.
type Row = (&'static str, PartyCategory, &'static [Role], u64, Option<Region>);

const USER_PREFIX: u64 = 0x90B3_D51F_3001_0000;
const SUPPLY: &[Role] = &[Role::Is, Role::Gs];

/// Fourteen invented Users of all five categories.
#[must_use]
pub fn invented_users() -> Vec<User> {
    use PartyCategory::*;
    let rows: [Row; 14] = [
        ("Alder Energy (invented)", LargeSupplier, SUPPLY, 240, None),
        ("Birch Power (invented)", LargeSupplier, SUPPLY, 210, None),
        ("Cedar Supply (invented)", LargeSupplier, SUPPLY, 180, None),
        ("Damson Utilities (invented)", LargeSupplier, SUPPLY, 150, None),
        ("Elder Local Energy (invented)", SmallSupplier, SUPPLY, 90, None),
        ("Fern Community Power (invented)", SmallSupplier, SUPPLY, 70, None),
        ("Gorse Gas and Light (invented)", SmallSupplier, SUPPLY, 60, None),
        (
            "Hazel Northern Networks (invented)",
            ElectricityNetwork,
            &[Role::Ed],
            1,
            Some(Region::North),
        ),
        (
            "Iris Midland Networks (invented)",
            ElectricityNetwork,
            &[Role::Ed],
            1,
            Some(Region::Central),
        ),
        (
            "Juniper Southern Networks (invented)",
            ElectricityNetwork,
            &[Role::Ed],
            1,
            Some(Region::South),
        ),
        ("Kelp Gas Transport (invented)", GasNetwork, &[Role::Gt], 3, None),
        ("Larch Pipelines (invented)", GasNetwork, &[Role::Gt], 2, None),
        ("Maple Energy Data (invented)", Other, &[Role::Ou], 2, None),
        ("Nettle Switching (invented)", Other, &[Role::Ou], 1, None),
    ];
    rows.into_iter()
        .zip(1u64..)
        .map(|((name, category, roles, share, region), n)| User {
            eui: Eui64(USER_PREFIX | n),
            name,
            category,
            roles,
            share,
            region,
        })
        .collect()
}

/// Every role must have a User in every region, or traffic would have no sender.
pub(crate) fn check(users: &[User]) -> Result<(), SimError> {
    for &role in Role::ALL {
        for region in [Region::North, Region::Central, Region::South] {
            if !users.iter().any(|u| serves(u, role, region) && u.share > 0) {
                return Err(SimError::Config(format!(
                    "no User with a share holds role {role} in region {region}"
                )));
            }
        }
    }
    Ok(())
}

fn serves(u: &User, role: Role, region: Region) -> bool {
    u.roles.contains(&role) && u.region.is_none_or(|r| r == region)
}

/// Of homes with gas, so many (ppm) buy both fuels from one supplier.
const DUAL_FUEL_PPM: u64 = 820_000;

/// The User that holds a role for a home, by the seed.
pub(crate) fn user_of(users: &[User], seed: u64, home: &Home, role: Role) -> usize {
    let draw = |role: Role| {
        let mut rng = Rng::stream(seed, &[20, role as u64, u64::from(home.number)]);
        rng.weighted(users.iter().map(|u| if serves(u, role, home.region) { u.share } else { 0 }))
    };
    let dual =
        role == Role::Gs && Rng::stream(seed, &[21, u64::from(home.number)]).chance(DUAL_FUEL_PPM);
    let electricity = draw(Role::Is);
    if dual && serves(&users[electricity], Role::Gs, home.region) {
        electricity
    } else {
        draw(role)
    }
}

/// The service's own identity: target of Non-Device requests.
pub(crate) const SERVICE: Eui64 = Eui64(0x90B3_D51F_3000_0002);

/// The sender of a provider's test commands.
pub(crate) fn tester(region: Region) -> Eui64 {
    Eui64(
        0x90B3_D51F_3002_0000
            | match region {
                Region::North => 1,
                Region::Central => 2,
                _ => 3,
            },
    )
}
