//! A way to a server that can be cut and mended.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::Mutex,
    task::{JoinHandle, JoinSet},
};

/// A way to a server that can be cut and mended.
pub(crate) struct Proxy {
    here: SocketAddr,
    there: String,
    /// Listens, and holds every connection; `None` while it is cut.
    task: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Proxy {
    pub(crate) async fn start(there: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self { here: listener.local_addr().unwrap(), there, task: Arc::default() };
        proxy.listen(listener).await;
        proxy
    }

    pub(crate) fn port(&self) -> u16 {
        self.here.port()
    }

    async fn listen(&self, listener: TcpListener) {
        let there = self.there.clone();
        *self.task.lock().await = Some(tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                let there = there.clone();
                connections.spawn(async move {
                    if let Ok(mut server) = TcpStream::connect(there).await {
                        // Either side may go away at any time: that is what this is for.
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    }
                });
            }
        }));
    }

    /// Closes every connection, and refuses new ones.
    pub(crate) async fn cut(&self) {
        if let Some(task) = self.task.lock().await.take() {
            task.abort();
            let _ = task.await;
        }
    }

    /// Lets connections through again.
    pub(crate) async fn mend(&self) {
        if self.task.lock().await.is_none() {
            self.listen(TcpListener::bind(self.here).await.unwrap()).await;
        }
    }
}
