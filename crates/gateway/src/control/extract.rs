//! Documents in and out: JSON bodies and query parameters, each read strictly.

use super::problems::Refused;
use crate::problem::json_answer;
use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use northbound_client::control::REQUEST_BYTES;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The JSON document in a request's body.
pub(super) struct Document<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Document<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Document<T>, Refused> {
        let bytes = to_bytes(request.into_body(), REQUEST_BYTES)
            .await
            .map_err(|e| Refused::bad(format!("the body cannot be read: {e}")))?;
        serde_json::from_slice(&bytes).map(Document).map_err(|e| Refused::bad(e.to_string()))
    }
}

/// The parameters in a request's query.
pub(super) struct Parameters<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Parameters<T>, Refused> {
        let Query(parameters) =
            Query::try_from_uri(&parts.uri).map_err(|e| Refused::bad(e.body_text()))?;
        Ok(Parameters(parameters))
    }
}

/// The JSON document of an answer.
pub(super) struct Json(pub(super) Value);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        json_answer(StatusCode::OK, &self.0).map(Body::new)
    }
}

/// Result of a route.
pub(super) type Answer = Result<Json, Refused>;
