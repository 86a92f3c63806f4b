//! A registered User becomes one of the live service.

use super::change;
use crate::{
    answer::Answer,
    context::Context,
    error::{AppError, Result},
};
use northbound_client::{ClientError, control::Client};
use northbound_flow::{Change, event::UserRecord, vocabulary::Role};
use northbound_gateway::egress::note;
use northbound_registers::records::participants::parties::{Party, User};
use northbound_transport::Url;
use serde_json::json;

/// Makes the keys of a registered User and admits it to the live service, with the address of its endpoint.
/// `added` is the answer of its registration, which gets more to say.
///
/// # Errors
/// Where it holds no role of the live service today, or the service refuses or cannot be reached.
pub fn admit(ctx: &Context, user: &User, endpoint: Option<&Url>, added: Answer) -> Result<Answer> {
    let store = ctx.store()?;
    let party = ctx.gate(&store).show::<Party>(&user.party, ctx.as_at())?;
    let held: Vec<&str> = user.roles_on(ctx.now.day()).collect();
    let roles: Vec<Role> = held.iter().filter_map(|r| r.parse().ok()).collect();
    if roles.is_empty() {
        let known: Vec<&str> = Role::ALL.iter().map(|r| r.as_str()).collect();
        return Err(AppError::input(format!(
            "the live service knows none of the roles {}, only {}; the User is registered but not admitted",
            held.join(", "),
            known.join(", ")
        )));
    }
    let keys = crate::keys::for_user(ctx, user.eui, &party.record.category)?;
    let record = UserRecord {
        eui: user.eui,
        party: user.party.as_str().into(),
        category: party.record.category.as_str().into(),
        roles: roles.clone(),
        active: true,
        throttle_fields: false,
    };
    let made = change(ctx, &[Change::User(record)])?;
    if let Some(url) = endpoint {
        direct(ctx, user, url)?;
    }
    let mut document = added.json.clone();
    document["live"] = json!({"roles": roles, "keys_made": keys, "to": made.as_str(), "endpoint": endpoint.map(ToString::to_string)});
    Ok(added.with_json(document).say(format!(
        "User {}: {}; {keys} keys generated.",
        user.eui,
        made.words()
    )))
}

fn direct(ctx: &Context, user: &User, url: &Url) -> Result<()> {
    match Client::of(&ctx.data, &ctx.actor) {
        Ok(client) => {
            client.post("/endpoint", &json!({"user": user.eui, "url": url.to_string()}))?;
            Ok(())
        }
        Err(ClientError::NotRunning { .. }) => Ok(note(&ctx.data, user.eui, url)?),
        Err(e) => Err(e.into()),
    }
}
