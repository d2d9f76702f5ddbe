//! An OpenRouter-like vendor on a loopback port, to try things against.
//!
//! Its first line of output is its address; `GET /ledger` gives what it charged, one line of JSON for each call.

use std::{io, io::Write as _, net::SocketAddr, process::ExitCode, time::Duration};

use llm_testkit::{Billing, Fault, Upstream, Vendor};

const USAGE: &str = "\
An OpenRouter-like vendor on a loopback port. `GET /ledger` gives what it charged.

Usage: llm-upstream [--port N] [--seed N] [--words N] [--chunks N] [--pace-ms N] [--latency-ms N]
                    [--fault NAME=SHARE]... [--bill-to-the-end] [--help]

  --port N            the port on 127.0.0.1; a free one by default, see the first line of output
  --seed N            what the answers, the ids and the faults are drawn from; 0 by default
  --words N           how many words an answer has; 5 to 40 by default
  --chunks N          how many events of text a stream has; one a word by default
  --pace-ms N         the wait before each event; 0 by default
  --latency-ms N      the wait before each answer; 0 by default
  --bill-to-the-end   charges a stream whole though its caller hangs up
  --fault NAME=SHARE  spoils this share of the calls, 0 to 1; NAME is `each` or one of
";

struct Settings {
    port: u16,
    vendor: Vendor,
}

/// Reads the arguments; `None` when help is asked for.
fn settings(mut arguments: impl Iterator<Item = String>) -> Result<Option<Settings>, String> {
    let (mut port, mut seed) = (0, 0);
    let mut changes: Vec<Box<dyn FnOnce(Vendor) -> Vendor>> = Vec::new();
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{name} wants a value"));
        match name.as_str() {
            "--help" | "-h" => return Ok(None),
            "--bill-to-the-end" => {
                changes.push(Box::new(|vendor| vendor.with_billing(Billing::RunsToTheEnd)))
            }
            "--port" => port = number(&name, &value()?)?,
            "--seed" => seed = number(&name, &value()?)?,
            "--words" => {
                let words = number(&name, &value()?)?;
                changes.push(Box::new(move |vendor| vendor.with_words(words, words)));
            }
            "--chunks" => {
                let chunks = number(&name, &value()?)?;
                changes.push(Box::new(move |vendor| vendor.with_chunks(chunks)));
            }
            "--pace-ms" => {
                let pace = Duration::from_millis(number(&name, &value()?)?);
                changes.push(Box::new(move |vendor| vendor.with_pace(pace)));
            }
            "--latency-ms" => {
                let latency = Duration::from_millis(number(&name, &value()?)?);
                changes.push(Box::new(move |vendor| vendor.with_latency(latency)));
            }
            "--fault" => changes.push(fault(&value()?)?),
            unknown => return Err(format!("{unknown} is no option; see --help")),
        }
    }
    // Bodies are of no use here, and a long run would fill the memory with them.
    let vendor =
        changes.into_iter().fold(Vendor::new(seed).without_requests(), |vendor, change| change(vendor));
    Ok(Some(Settings { port, vendor }))
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{name} wants a number, not `{value}`"))
}

fn fault(text: &str) -> Result<Box<dyn FnOnce(Vendor) -> Vendor>, String> {
    let (name, share) = text.split_once('=').ok_or("--fault wants NAME=SHARE")?;
    let share = number::<f64>("--fault", share)?;
    if !(0.0..=1.0).contains(&share) {
        return Err(format!("the share of --fault {name} is from 0 to 1, not {share}"));
    }
    if name == "each" {
        return Ok(Box::new(move |vendor| vendor.with_each_fault(share)));
    }
    let fault = Fault::named(name).ok_or_else(|| format!("there is no fault `{name}`; see --help"))?;
    Ok(Box::new(move |vendor| vendor.with_fault(fault, share)))
}

fn help() -> io::Result<()> {
    let names = Fault::ALL.iter().map(|fault| format!("{:22}{}\n", "", fault.name)).collect::<String>();
    write!(io::stdout(), "{USAGE}{names}")
}

#[tokio::main]
async fn main() -> ExitCode {
    let settings = match settings(std::env::args().skip(1)) {
        Ok(Some(settings)) => settings,
        Ok(None) => return help().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS),
        Err(wrong) => return fail(&wrong),
    };
    let address = SocketAddr::from(([127, 0, 0, 1], settings.port));
    match Upstream::bind(address, Some(settings.vendor)).await {
        Err(error) => fail(&format!("cannot listen on {address}: {error}")),
        Ok(upstream) => {
            // Whoever started us may have closed our output: the vendor serves on.
            let _ = writeln!(io::stdout(), "{}", upstream.url());
            std::future::pending().await
        }
    }
}

fn fail(wrong: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "llm-upstream: {wrong}");
    ExitCode::FAILURE
}
