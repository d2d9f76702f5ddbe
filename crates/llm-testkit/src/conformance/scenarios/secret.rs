//! The key stays where it belongs.

use crate::{
    Canary, DeadPort, Reply, Upstream,
    conformance::{
        KEY, Outcome, Subject,
        checks::{check, no_key_in},
        scene::Scene,
    },
};

/// A redirect is an error: a request with a key in it goes nowhere but to the address that was configured.
pub async fn a_redirect_is_not_followed(subject: &Subject) -> Outcome {
    for status in [301, 302, 307, 308] {
        for streamed in [false, true] {
            let canary = Canary::start().await;
            let target = format!("{}/elsewhere", canary.url());
            let scene = Scene::playing(subject, Reply::status(status).header("location", &target)).await;
            scene.failure(streamed).await?;
            check(canary.heard() == 0, "a redirect was followed")?;
            scene.one_call()?;
        }
    }
    Ok(())
}

/// Neither an error nor the provider itself shows the key, whatever the vendor says of it.
pub async fn the_key_is_never_shown(subject: &Subject) -> Outcome {
    let echo = format!("{{\"error\":{{\"code\":401,\"message\":\"no such key: {KEY}\"}}}}");
    let said = |status| Reply::status(status).header("content-type", "application/json").bytes(echo.clone());
    let replies = [
        subject.replies.unauthorized.reply(),
        said(401),
        said(400),
        said(500),
        said(200),
        Reply::status(502).bytes(format!("<html>{KEY}</html>")),
        Reply::raw().reset(),
        Reply::raw().bytes(KEY),
    ];
    for reply in replies {
        for streamed in [false, true] {
            let scene = Scene::playing(subject, reply.clone()).await;
            no_key_in(&scene.failure(streamed).await?)?;
            let provider = format!("{:?} {:#?}", scene.provider, scene.provider);
            check(!provider.contains(KEY), "the provider's `Debug` shows the key")?;
        }
    }
    let dead = DeadPort::new();
    let scene = Scene::at(subject, Upstream::start().await, &dead.url());
    no_key_in(&scene.failure(false).await?)
}
