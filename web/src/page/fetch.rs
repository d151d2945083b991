//! Reading a file beside the page.

use gloo::net::http::Request;

use crate::protocol::Failure;

/// The text of a file beside the page; none where it is not there.
pub async fn fetch_text(address: &str) -> Result<Option<String>, Failure> {
    let failed = |what: String| Failure {
        message: format!("{address} could not be fetched: {what}."),
        advice: "Check the connection and try again.".into(),
    };
    let broken = |_| failed("the server did not answer".into());
    let response = Request::get(address).send().await.map_err(broken)?;
    match response.status() {
        200..=299 => {}
        404 | 410 => return Ok(None),
        status => return Err(failed(format!("the server answered {status}"))),
    }
    response.text().await.map(Some).map_err(broken)
}
