//! `/v1/messages`: the messages that the ledger does not have yet.

use super::{
    Interface,
    extract::{Answer, Json, Parameters},
    problems::Refused,
};
use crate::{
    ledger_sink::{About, Recent},
    problem::Problem,
};
use axum::{Extension, extract::State, http::StatusCode};
use northbound_flow::Core;
use northbound_registers::Visibility;
use northbound_types::{Actor, Eui64, RequestId};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    request: Option<RequestId>,
    device: Option<Eui64>,
    user: Option<Eui64>,
}

/// Staff see all; a User names one of its own party, or a request of it.
pub(super) async fn uncommitted(
    State(interface): State<Arc<Interface>>,
    Extension(actor): Extension<Actor>,
    Parameters(asked): Parameters<Asked>,
) -> Answer {
    let about = About { request: asked.request, device: asked.device, user: asked.user };
    may_see(&interface, &actor, &about).await?;
    let found = interface
        .engine
        .look_with_rows(move |core, rows| Recent::of(core, rows, &about))
        .await
        .ok_or_else(|| Refused::from(Problem::STOPPING))?;
    found.document().map(Json).map_err(|e| Refused::bad(e.to_string()))
}

async fn may_see(interface: &Interface, actor: &Actor, about: &About) -> Result<(), Refused> {
    let visibility = Visibility::of(actor);
    if visibility.all {
        return Ok(());
    }
    let named = about.user.or(about.request.map(|r| r.originator));
    if let (Some(named), Some(own)) = (named, visibility.party.as_deref()) {
        let users = interface.look(Core::users).await?;
        if users.iter().any(|u| u.eui == named && *u.party == *own) {
            return Ok(());
        }
    }
    Err(Refused::new(
        StatusCode::FORBIDDEN,
        "control.right",
        format!("{actor} sees the messages of Users of its own party only, and names one of them"),
    ))
}
