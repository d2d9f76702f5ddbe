use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::{Instant, timeout},
};

use super::*;

#[tokio::test(start_paused = true)]
async fn who_does_not_finish_a_head_in_time_is_cut_however_little_was_said() {
    let service = LlmService::builder().without_request_log().build().await.unwrap();
    let (_phase, seen) = watch::channel(Phase::Running);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // The last but one is how HTTP/2 begins.
    for said in ["", "P", "PRI * HTTP/2.0\r\n", "POST / HTTP/1.1\r\nhost: x\r\n"] {
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let app = routes(App { service: service.clone(), phase: seen.clone() });
        spawn(stream, app, &GracefulShutdown::new(), seen.clone());
        client.write_all(said.as_bytes()).await.unwrap();
        let began = Instant::now();
        // A reset is an end too.
        let end = timeout(HEADER_TIMEOUT * 6, client.read_to_end(&mut Vec::new())).await;
        assert!(end.is_ok() && began.elapsed() <= HEADER_TIMEOUT * 2, "{said:?}: {end:?}");
    }
}
