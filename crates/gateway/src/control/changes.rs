//! `/v1/change` and `/v1/changes`: changes of the core's state, each with its Actor.

use super::{
    Interface,
    extract::{Answer, Document, Json},
    problems::Refused,
};
use crate::{
    engine::{Call, Outcome},
    problem::Problem,
};
use axum::{Extension, extract::State, http::StatusCode};
use northbound_client::control::{CHANGES, ChangeAsked, Changed, UNCHANGED};
use northbound_flow::event::{Change, Control};
use northbound_registers::rights;
use northbound_types::Actor;
use serde_json::json;
use std::sync::Arc;
use tokio::sync::oneshot;

pub(super) async fn one(
    State(interface): State<Arc<Interface>>,
    Extension(actor): Extension<Actor>,
    Document(asked): Document<ChangeAsked>,
) -> Answer {
    made(hand_over(&interface, &actor, asked)?).await?;
    Ok(Json(json!({"changed": true})))
}

/// Several changes, handed over together so that they share their syncs. Each is made or refused by itself.
pub(super) async fn several(
    State(interface): State<Arc<Interface>>,
    Extension(actor): Extension<Actor>,
    Document(asked): Document<Vec<ChangeAsked>>,
) -> Answer {
    if asked.len() > CHANGES {
        return Err(Refused::bad(format!(
            "{} changes: send at most {CHANGES} at once",
            asked.len()
        )));
    }
    // All are handed over before the first is awaited.
    let handed: Vec<_> = asked.into_iter().map(|a| hand_over(&interface, &actor, a)).collect();
    let mut outcomes = Vec::with_capacity(handed.len());
    for h in handed {
        let outcome = match h {
            Ok(outcome) => made(outcome).await,
            Err(e) => Err(e),
        };
        outcomes.push(match outcome {
            Ok(()) => {
                Changed { changed: true, status: 200, code: String::new(), message: String::new() }
            }
            Err(e) => Changed {
                changed: false,
                status: e.status.as_u16(),
                code: e.code.to_owned(),
                message: e.message,
            },
        });
    }
    Ok(Json(json!({"outcomes": outcomes})))
}

/// Gives a change to the engine if its Actor has the right to make it, and is the one who asks.
fn hand_over(
    interface: &Interface,
    acting: &Actor,
    asked: ChangeAsked,
) -> Result<oneshot::Receiver<Outcome>, Refused> {
    let actor = Actor::parse(&asked.actor).ok_or_else(|| {
        Refused::bad(format!(
            "actor {:?}: write person[@party][/body][+role…], such as kim@ACME+analyst",
            asked.actor
        ))
    })?;
    if !rights::may_change_live(&actor) {
        return Err(Refused::new(
            StatusCode::FORBIDDEN,
            "control.right",
            format!(
                "{actor} may not change the live service: that needs one of the roles {}",
                rights::LIVE_ROLES.join(", ")
            ),
        ));
    }
    if actor != *acting {
        return Err(Refused::new(
            StatusCode::FORBIDDEN,
            "control.actor",
            format!("the change is by {actor}, the request by {acting}"),
        ));
    }
    if matches!(asked.change, Change::Policy(_)) {
        return Err(Refused::new(
            StatusCode::FORBIDDEN,
            "control.policy",
            "a policy is made from the rules: change them and start the service again",
        ));
    }
    let control = Control { actor: actor.to_string(), reason: asked.reason, change: asked.change };
    let (to, outcome) = oneshot::channel();
    interface
        .engine
        .call(Call::Control(Box::new(control), to))
        .map_err(|(_, why)| Problem::from(why))?;
    Ok(outcome)
}

/// Awaits the outcome of a change.
async fn made(outcome: oneshot::Receiver<Outcome>) -> Result<(), Refused> {
    match outcome.await {
        Ok(Outcome::Recorded | Outcome::Reply(_)) => Ok(()),
        Ok(Outcome::Unchanged(why)) => Err(Refused::new(StatusCode::CONFLICT, UNCHANGED, why)),
        Ok(Outcome::NotAccepted(why)) => Err(Problem::from(why).into()),
        Err(_) => Err(Problem::STOPPING.into()),
    }
}
