//! All routes, and what holds for each of them.

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::sync::watch;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::{Site, guard, run_routes, static_files};

/// The routes of a site; where `loopback` is true they are for this machine only.
pub(crate) fn router(site: Site, loopback: bool, stopped: watch::Receiver<bool>) -> Router {
    // Weights hardly get smaller, and their length must be known for a progress bar.
    let weights = NotForContentType::const_new("application/octet-stream");
    let compression = CompressionLayer::new().compress_when(DefaultPredicate::new().and(weights));
    let run = run_routes::routes(site.run, stopped);
    Router::new()
        // Nesting leaves out the bare folder.
        .route_service("/run/", run.clone().into_service())
        .nest("/run", run)
        .fallback_service(static_files::routes(&site.dist))
        .layer(compression)
        .layer(from_fn_with_state(loopback, guard::guard))
}
