//! The `cloudapp` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    cloudapp::run(std::env::args_os())
}
