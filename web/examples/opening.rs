//! Writes the answer that the page shows while the model loads: what the committed checkpoint says to the page's first problem.
//!
//!     cargo run --release -p explang-web --example opening -- checkpoints/wide > web/data/opening.json

fn main() -> std::process::ExitCode {
    let Some(run) = std::env::args_os().nth(1) else {
        eprintln!("usage: opening RUN, where RUN is the folder of an exported run");
        return std::process::ExitCode::from(2);
    };
    match explang_web::opening::make(run.as_ref()) {
        Ok(opening) => {
            println!("{opening}");
            std::process::ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("opening: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
