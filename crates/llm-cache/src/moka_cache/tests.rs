use std::time::Duration;

use llm_core::{ChatRequest, ChatResponse};
use tokio::time::advance;

use super::MokaCache;
use crate::{CacheEntry, CacheKey, CachedAnswer, Invalidation, ResponseCache as _};

const HOUR: Duration = Duration::from_secs(3600);

fn key(number: usize) -> CacheKey {
    CacheKey::of(None, &ChatRequest::new("m").user(number.to_string())).unwrap()
}

fn entry(tenant: Option<&str>, model: &str, text: &str) -> CacheEntry {
    CacheEntry::new(tenant, model, CachedAnswer::Whole(Box::new(ChatResponse::of_text("m", text))))
}

#[tokio::test]
async fn it_holds_no_more_bytes_than_it_may() {
    let cache = MokaCache::new(20_000);
    let text = "x".repeat(1_000);
    for number in 0..200 {
        cache.put(key(number), entry(None, "m", &text), HOUR).await.unwrap();
    }
    cache.entries.run_pending_tasks().await;
    let (count, bytes) = (cache.entries.entry_count(), cache.entries.weighted_size());
    assert!(bytes <= 20_000, "{bytes} bytes");
    assert!((8..=16).contains(&count), "{count} entries of a bit more than 1,256 bytes");
}

#[tokio::test]
async fn what_is_larger_than_all_of_it_is_not_kept() {
    let cache = MokaCache::new(2_000);
    cache.put(key(0), entry(None, "m", &"x".repeat(4_000)), HOUR).await.unwrap();
    cache.entries.run_pending_tasks().await;
    assert_eq!(cache.entries.weighted_size(), 0);
}

#[tokio::test(start_paused = true)]
async fn each_entry_has_its_own_time_and_says_its_age() {
    let cache = MokaCache::mebibytes(1);
    cache.put(key(0), entry(None, "m", "short"), Duration::from_secs(10)).await.unwrap();
    cache.put(key(1), entry(None, "m", "long"), HOUR).await.unwrap();
    advance(Duration::from_millis(9_999)).await;
    assert_eq!(cache.get(&key(0)).await.unwrap().unwrap().age, Duration::from_millis(9_999));
    advance(Duration::from_millis(1)).await;
    assert!(cache.get(&key(0)).await.unwrap().is_none());
    assert!(cache.get(&key(1)).await.unwrap().is_some());
    cache.put(key(0), entry(None, "m", "again"), HOUR).await.unwrap();
    assert_eq!(cache.get(&key(0)).await.unwrap().unwrap().age, Duration::ZERO);
}

#[tokio::test]
async fn it_forgets_by_tenant_by_the_beginning_of_the_model_or_all() {
    let entries = [
        entry(Some("acme"), "openai/gpt-4o", "0"),
        entry(Some("acme"), "mock/fast", "1"),
        entry(Some("apex"), "openai/gpt-4o", "2"),
        entry(None, "openai/o3", "3"),
    ];
    let cases = [
        (Invalidation::all().with_tenant("acme"), vec![2, 3]),
        (Invalidation::all().with_model_prefix("openai/"), vec![1]),
        (Invalidation::all().with_model_prefix("openai/gpt").with_tenant("apex"), vec![0, 1, 3]),
        (Invalidation::all(), vec![]),
    ];
    for (what, want) in cases {
        let cache = MokaCache::mebibytes(1);
        for (number, entry) in entries.iter().enumerate() {
            cache.put(key(number), entry.clone(), HOUR).await.unwrap();
        }
        cache.invalidate(&what).await.unwrap();
        let mut left = Vec::new();
        for number in 0..entries.len() {
            if cache.get(&key(number)).await.unwrap().is_some() {
                left.push(number);
            }
        }
        assert_eq!(left, want, "{what:?}");
    }
}
