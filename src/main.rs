//! The `millpond` binary: hands the command line to the composition root.

fn main() -> std::process::ExitCode {
    millpond::app::main()
}
