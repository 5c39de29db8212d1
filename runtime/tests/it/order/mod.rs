//! Shipments: each winning in at most one, whatever comes at once; addresses that nobody can read
//! without the key; files that go out and come back.

mod files;
mod personal;
mod shipments;
mod world;
