use std::{net::TcpStream, path::Path};

use super::{Kind, Server, program::find_all};

/// One of the servers, as far as they are installed: the folder and the process are gone after it.
#[test]
fn a_server_ends_with_its_handle() {
    let installed = Kind::ALL.into_iter().find_map(|kind| Some((kind, find_all(kind.programs())?)));
    let Some((kind, programs)) = installed else {
        return eprintln!("skipped: neither PostgreSQL nor Redis nor NATS is installed");
    };
    let server = Server::start(kind, &programs).unwrap();
    let (address, folder) = (server.socket(), server.folder().to_owned());
    assert!(TcpStream::connect(address).is_ok() && Path::new(&folder).is_dir());
    drop(server);
    assert!(TcpStream::connect(address).is_err() && !folder.exists());
}

#[test]
fn a_server_that_ends_at_once_is_told_with_its_log() {
    let complains = Path::new("/bin/ls").to_owned();
    let error = Server::start(Kind::Redis, &[complains]).unwrap_err().to_string();
    assert!(error.contains("it ended at once") && error.contains("--bind"), "{error}");
}
