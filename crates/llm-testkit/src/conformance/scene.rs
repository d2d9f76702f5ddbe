//! One call against one upstream.

use std::{ops::Deref, time::Duration};

use super::{
    Outcome, Subject,
    attempt::Attempt,
    checks::{request, same},
};
use crate::{Call, End, Reply, Upstream};

/// An attempt, and the upstream that its provider calls.
pub(super) struct Scene {
    pub(super) upstream: Upstream,
    attempt: Attempt,
}

impl Deref for Scene {
    type Target = Attempt;

    fn deref(&self) -> &Attempt {
        &self.attempt
    }
}

impl Scene {
    /// A scene whose upstream answers every call so.
    pub(super) async fn playing(subject: &Subject, reply: Reply) -> Self {
        let upstream = Upstream::start().await;
        upstream.always("", reply);
        let url = upstream.url();
        Self::at(subject, upstream, &url)
    }

    /// A scene whose provider calls another address than the upstream's.
    pub(super) fn at(subject: &Subject, upstream: Upstream, base_url: &str) -> Self {
        Self { upstream, attempt: Attempt::new(subject.provider(base_url), request()) }
    }

    /// The calls that the upstream heard must be this one.
    pub(super) fn one_call(&self) -> Result<Call, String> {
        let mut calls = self.upstream.calls();
        match calls.len() {
            1 => Ok(calls.remove(0)),
            other => Err(format!("one call makes one upstream call, not {other}")),
        }
    }

    /// The upstream must see that the caller hung up.
    pub(super) async fn hung_up(&self) -> Outcome {
        let ended = tokio::time::timeout(Duration::from_secs(5), self.upstream.ended(0)).await;
        match ended {
            Ok(call) => same("the call's end at the upstream", &call.end, &End::HungUp),
            Err(_) => Err("the connection was still open five seconds after the caller went away".to_owned()),
        }
    }
}
