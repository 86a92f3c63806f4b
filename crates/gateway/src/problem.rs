//! The problem type of all HTTP interfaces: a stable code, a message, and a reference id that the log has too.

use crate::engine::Unavailable;
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Response, StatusCode, header};
use serde_json::{Value, json};

/// An answer of the service over HTTP.
pub(crate) type Answer = Response<Full<Bytes>>;

impl From<Unavailable> for Problem {
    fn from(why: Unavailable) -> Problem {
        match why {
            Unavailable::Busy => Problem::BUSY,
            Unavailable::NotStored => Problem::FULL,
            Unavailable::Stopping => Problem::STOPPING,
        }
    }
}

/// Why a request is not answered with a message of its interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Problem {
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// Stable code (`docs/serve.md`).
    pub(crate) code: &'static str,
    /// In words.
    pub(crate) message: &'static str,
}

impl Problem {
    pub(crate) const NOT_FOUND: Problem = Problem::new(
        StatusCode::NOT_FOUND,
        "http.path",
        "no service under this path: POST to serviceS, serviceT or serviceD",
    );
    pub(crate) const METHOD: Problem =
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "http.method", "only POST is taken here");
    pub(crate) const MEDIA_TYPE: Problem =
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "http.media-type", "send application/xml");
    pub(crate) const CERTIFICATE: Problem = Problem::new(
        StatusCode::FORBIDDEN,
        "http.certificate",
        "the client certificate shown is not one of a User; the log has the reason under the reference",
    );
    pub(crate) const SLOW: Problem =
        Problem::new(StatusCode::REQUEST_TIMEOUT, "http.slow", "the body did not come in time");
    pub(crate) const BROKEN: Problem =
        Problem::new(StatusCode::BAD_REQUEST, "http.body", "the body broke off");
    pub(crate) const BUSY: Problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "service.busy",
        "too much is under way; nothing was accepted, try again later",
    );
    pub(crate) const FULL: Problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "service.not-stored",
        "the request could not be stored, so it was not accepted; try again later",
    );
    pub(crate) const STOPPING: Problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "service.stopping",
        "the service is stopping; nothing was accepted",
    );
    pub(crate) const LATE: Problem = Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "service.late",
        "no answer in time: the request may have been accepted, and its answer may follow",
    );
    pub(crate) const INTERNAL: Problem = Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "service.internal",
        "the answer could not be written; the log has the reason under the reference",
    );
    pub(crate) const UNAUTHORISED: Problem = Problem::new(
        StatusCode::UNAUTHORIZED,
        "control.token",
        "the token of the data folder is missing or wrong",
    );

    pub(crate) const fn new(
        status: StatusCode,
        code: &'static str,
        message: &'static str,
    ) -> Problem {
        Problem { status, code, message }
    }

    /// The answer with it.
    pub(crate) fn answer(self, reference: &str) -> Answer {
        let mut answer = problem_answer(self.status, self.code, self.message, reference);
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            answer.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("POST"));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            answer.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("5"));
        }
        // What is left of a body that was not read cannot be told from the next request.
        if matches!(self.status, StatusCode::REQUEST_TIMEOUT | StatusCode::BAD_REQUEST) {
            answer
                .headers_mut()
                .insert(header::CONNECTION, header::HeaderValue::from_static("close"));
        }
        answer
    }
}

/// A problem as RFC 9457 has it. Its type is the status; `code` tells apart what has the same status. `message` repeats
/// `detail` for clients from before RFC 9457 was followed.
pub(crate) fn problem_answer(
    status: StatusCode,
    code: &str,
    message: &str,
    reference: &str,
) -> Answer {
    let problem = json!({
        "type": "about:blank",
        "title": status.canonical_reason().unwrap_or("Error"),
        "status": status.as_u16(),
        "detail": message,
        "code": code,
        "message": message,
        "reference": reference,
    });
    typed_answer(status, &problem, "application/problem+json")
}

/// A document in JSON.
pub(crate) fn json_answer(status: StatusCode, body: &Value) -> Answer {
    typed_answer(status, body, "application/json")
}

fn typed_answer(status: StatusCode, body: &Value, media: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media));
    answer
}
