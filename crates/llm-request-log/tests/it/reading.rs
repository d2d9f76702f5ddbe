//! Lists and sums.

use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;
use llm_core::{CacheHit, ChatResponse, ErrorKind, Stage, Usage, Usd};
use llm_provider::{Abandon, Layer as _, MockProvider};
use llm_request_log::{
    Cursor, Page, RequestFilter, RequestLog as _, RequestStatus, SqlxRequestLog, UsageBy, UsageFilter,
};

use crate::double::{Act, Double, ctx, failure, log, request, usage};

/// Twelve requests: of two tenants, three users, two models; every fourth fails.
async fn filled(log: &SqlxRequestLog) {
    let double = Double::new(Abandon::Cancel, |call| match call % 4 {
        3 => Act::Fail(failure(ErrorKind::Provider, Stage::Answer).with_status(500)),
        _ => Act::Answer(usage(100)),
    });
    let provider = double.under(log);
    for call in 0..12 {
        let mut request = request().with_user(["ada", "bob", "eve"][call % 3]);
        request.model = ["m", "n"][call / 6].into();
        let ctx = ctx().with_tenant(["acme", "zeta"][call % 2]);
        let _ = provider.chat(&ctx, request).await;
    }
    log.written().await;
}

#[tokio::test]
async fn pages_follow_each_other_whatever_is_added_in_between() {
    let (log, _folder) = log().await;
    filled(&log).await;
    let all = log.page(&RequestFilter::new(), Page::first(100)).await.unwrap();
    assert_eq!((all.items.len(), all.next), (12, None));
    assert!(all.items.is_sorted_by(|a, b| (a.created_at, a.id) > (b.created_at, b.id)), "newest first");

    let mut found = Vec::new();
    let mut page = log.page(&RequestFilter::new(), Page::first(5)).await.unwrap();
    loop {
        found.extend(page.items);
        filled(&log).await;
        let Some(next) = page.next else { break };
        // It survives the trip through a URL.
        let next: Cursor = next.to_string().parse().unwrap();
        page = log.page(&RequestFilter::new(), Page::after(next, 5)).await.unwrap();
    }
    assert_eq!(found, all.items, "no row twice, none left out, none of the new ones");
}

#[tokio::test]
async fn filters_narrow_and_go_together() {
    let (log, _folder) = log().await;
    filled(&log).await;
    let count = async |filter: RequestFilter| log.page(&filter, Page::first(100)).await.unwrap().items.len();
    let all = RequestFilter::new;
    assert_eq!(count(all().with_tenant("acme")).await, 6);
    assert_eq!(count(all().with_tenant("nobody")).await, 0);
    assert_eq!(count(all().with_user("ada")).await, 4);
    assert_eq!(count(all().with_model("n")).await, 6);
    assert_eq!(count(all().with_status(RequestStatus::Failed)).await, 3);
    assert_eq!(count(all().with_status(RequestStatus::Ok)).await, 9);
    assert_eq!(count(all().with_provider("double")).await, 12);
    assert_eq!(count(all().with_cached(true)).await, 0);
    assert_eq!(count(all().with_tenant("zeta").with_model("m").with_status(RequestStatus::Failed)).await, 1);
    let now = Timestamp::now();
    assert_eq!((count(all().with_until(now)).await, count(all().with_since(now)).await), (12, 0));
    let hostile = "x' OR '1'='1";
    assert_eq!(count(all().with_tenant(hostile).with_user(hostile).with_model(hostile)).await, 0);
}

#[tokio::test]
async fn sums_are_exact_and_never_show_the_unknown_as_nothing() {
    let (log, _folder) = log().await;
    filled(&log).await;
    let unknown = Double::always(Act::Answer(Usage::new().with_tokens(1, 1))).under(&log);
    unknown.chat(&ctx(), request()).await.unwrap();
    let mut cache = MockProvider::new();
    cache.expect_chat().returning(|_, _| {
        let mut hit = ChatResponse::of_text("m", "hi");
        hit.cached = Some(CacheHit { age: std::time::Duration::ZERO });
        Ok(hit)
    });
    log.request_layer().layer(Arc::new(cache)).chat(&ctx(), request()).await.unwrap();

    let total = log.usage(&UsageFilter::new(), UsageBy::Total).await.unwrap();
    let [total] = &total[..] else { panic!("one total: {total:?}") };
    assert_eq!((total.requests, total.cached, total.attempts), (14, 1, 13));
    assert_eq!((total.input_tokens, total.output_tokens), (91, 46));
    assert_eq!((total.known_cost_picos, total.unknown_costs, total.cost()), (900, 1, None));
    assert_eq!(total.known_cost(), Usd::from_picos(900));

    let zeta = log.usage(&UsageFilter::new().with_tenant("zeta"), UsageBy::User).await.unwrap();
    let by_user: Vec<_> =
        zeta.iter().map(|sum| (sum.group.as_deref().unwrap(), sum.requests, sum.cost())).collect();
    assert_eq!(
        by_user,
        [
            ("ada", 2, Usd::from_picos(100)),
            ("bob", 2, Usd::from_picos(100)),
            ("eve", 2, Usd::from_picos(100))
        ]
    );

    let groups = async |by| -> Vec<_> {
        let sums = log.usage(&UsageFilter::new().with_model("n"), by).await.unwrap();
        sums.into_iter().map(|sum| (sum.group.unwrap(), sum.requests, sum.attempts)).collect()
    };
    let today = Timestamp::now().to_string()[..10].to_owned();
    assert_eq!(groups(UsageBy::Day).await, [(today, 6, 6)]);
    assert_eq!(groups(UsageBy::Model).await, [("n".to_owned(), 6, 6)]);
    assert_eq!(groups(UsageBy::Provider).await, [("double".to_owned(), 6, 6)]);
}

#[tokio::test]
async fn a_sum_beyond_all_money_is_exact_too() {
    let (log, _folder) = log().await;
    let provider = Double::always(Act::Answer(usage(i64::MAX))).under(&log);
    let contexts: Vec<_> = (0..3).map(|_| ctx()).collect();
    assert!(
        join_all(contexts.iter().map(|ctx| provider.chat(ctx, request()))).await.iter().all(Result::is_ok)
    );
    let total = log.usage(&UsageFilter::new(), UsageBy::Total).await.unwrap().remove(0);
    assert_eq!((total.known_cost_picos, total.cost()), (3 * i128::from(i64::MAX), None));
}

#[tokio::test]
async fn an_empty_log_has_an_empty_total_and_no_groups() {
    let (log, _folder) = log().await;
    assert_eq!(log.usage(&UsageFilter::new(), UsageBy::Total).await.unwrap().len(), 1);
    assert!(log.usage(&UsageFilter::new(), UsageBy::User).await.unwrap().is_empty());
    assert!(log.get(llm_core::RequestId::new()).await.unwrap().is_none());
}

#[test]
fn a_cursor_that_is_none_of_ours_is_refused() {
    for text in ["", "1", "1-", "-", "x-01971f6d-7c3a-7b62-8d7c-2f60a3f1a0aa", "1' OR 1=1"] {
        assert_eq!(text.parse::<Cursor>().unwrap_err().kind(), ErrorKind::InvalidRequest, "{text}");
    }
}
