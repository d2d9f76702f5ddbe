//! `seal` and `begin`.

use futures_util::{StreamExt as _, stream};
use llm_core::{ChatEvent, Error, ErrorKind, Finish, FinishReason, Result, Started};
use llm_provider::{begin, seal};

fn text(text: &str) -> Result<ChatEvent> {
    Ok(ChatEvent::TextDelta { choice: 0, text: text.into() })
}

fn finished() -> Result<ChatEvent> {
    Ok(ChatEvent::Finished(Finish::of(FinishReason::Stop)))
}

fn broken() -> Result<ChatEvent> {
    Err(Error::new(ErrorKind::Overloaded, "busy"))
}

async fn kinds(items: Vec<Result<ChatEvent>>) -> Vec<Option<ErrorKind>> {
    seal(stream::iter(items)).map(|item| item.err().map(|error| error.kind())).collect().await
}

#[tokio::test]
async fn exactly_one_terminal_item_leaves_a_sealed_stream() {
    assert_eq!(kinds(vec![text("a"), finished(), text("late"), broken()]).await, [None, None]);
    assert_eq!(kinds(vec![text("a"), broken(), finished()]).await, [None, Some(ErrorKind::Overloaded)]);
    assert_eq!(kinds(vec![text("a")]).await, [None, Some(ErrorKind::StreamInterrupted)]);
    assert_eq!(kinds(vec![]).await, [Some(ErrorKind::StreamInterrupted)]);
}

#[tokio::test]
async fn what_fails_before_the_first_content_is_a_plain_error() {
    let started = || Ok(ChatEvent::Started(Started::default()));
    let alive = || Ok(ChatEvent::Alive);
    let failed = begin(stream::iter(vec![started(), alive(), broken(), text("never")])).await;
    assert_eq!(failed.err().map(|error| error.kind()), Some(ErrorKind::Overloaded));
    let empty = begin(stream::iter(vec![started(), alive()])).await;
    assert_eq!(empty.err().map(|error| error.kind()), Some(ErrorKind::StreamInterrupted));

    let events: Vec<_> =
        begin(stream::iter(vec![alive(), started(), alive(), text("a"), alive(), finished()]))
            .await
            .unwrap()
            .map(Result::unwrap)
            .collect()
            .await;
    assert!(matches!(
        &events[..],
        [ChatEvent::Started(_), ChatEvent::TextDelta { .. }, ChatEvent::Alive, ChatEvent::Finished(_)]
    ));
}
