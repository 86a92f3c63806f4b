//! The top-level commands and their dispatch.

use crate::registers::{changes, combinations, criteria, defects, migrations, mitigations};
use crate::{
    about,
    context::{Ctx, Global},
    demo, devices,
    error::{CliError, Result},
    explain, forecast, help, ingest, init, journal, ledger, live, mailing, measures, minutes,
    names,
    output::Answer,
    pack, paper, reconcile,
    registers::{
        self, actions, cases, contacts, documents, feedback, feeds, figures, parties, people,
        statements, tables,
    },
    report, requests, rules, template, variance,
};
use crate::{incident, registration};
use clap::{ArgMatches, FromArgMatches, Parser, Subcommand};
use northbound_registers::Noun;

/// The meaning of exit codes, printed below every help text.
const EXITS: &str = "Exit codes: 0 done; 1 internal fault; 2 usage; 3 bad input; 4 refused by a rule or for lack of rights; 5 not found; 6 locked or changed by someone else; 7 a check found a problem.\n\
Results go to standard output, messages to standard error. docs/cli.md documents every command, JSON key and error code.\n\
Without --as, the login name acts with the roles that the data folder grants it (`northbound init --owner`).";

/// From message records to an explained monthly pack
#[derive(Debug, Clone, Parser)]
#[command(name = "northbound", version, about, after_help = EXITS, max_term_width = 110, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) noun: Command,
}

/// The top-level commands.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    /// Make a data folder, or mark one that an earlier version made
    Init(init::InitArgs),
    /// Check a data folder: permissions, clocks, disk, unconfirmed rules, silent feeds
    Doctor,
    /// Simulate a network for a month and make its pack
    Demo(demo::DemoArgs),
    #[command(flatten)]
    Live(LiveCommand),
    #[command(subcommand)]
    Ingest(ingest::IngestCommand),
    #[command(subcommand)]
    Journal(journal::JournalCommand),
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Print a signed statement of how far ledger and registers reach, to keep elsewhere
    Receipt {
        /// Write it into this new file instead
        #[arg(long, value_name = "FILE")]
        out: Option<std::path::PathBuf>,
    },
    Reconcile(reconcile::ReconcileArgs),
    #[command(subcommand)]
    Pack(pack::PackCommand),
    #[command(subcommand)]
    Paper(paper::PaperCommand),
    #[command(subcommand)]
    Minutes(minutes::MinutesCommand),
    #[command(subcommand)]
    Agenda(minutes::AgendaCommand),
    /// Show how a figure was made: value or reason, rules, counts by part, exclusions, source files, messages
    Explain(explain::ExplainArgs),
    #[command(subcommand)]
    Report(report::ReportCommand),
    #[command(subcommand)]
    Request(requests::RequestCommand),
    #[command(subcommand)]
    Alert(requests::AlertCommand),
    #[command(subcommand)]
    Rules(rules::RulesCommand),
    #[command(subcommand)]
    Measure(measures::MeasureCommand),
    #[command(subcommand)]
    Methodology(rules::MethodologyCommand),
    Template(template::TemplateArgs),
    #[command(flatten)]
    Register(RegisterCommand),
    #[command(subcommand)]
    Forecast(forecast::ForecastCommand),
    #[command(subcommand)]
    Variance(variance::VarianceCommand),
    #[command(subcommand)]
    Change(changes::ChangeCommand),
    #[command(subcommand)]
    Combination(combinations::CombinationCommand),
    #[command(subcommand)]
    Defect(defects::DefectCommand),
    #[command(subcommand)]
    Mitigation(mitigations::MitigationCommand),
    #[command(subcommand)]
    Migration(migrations::MigrationCommand),
    #[command(subcommand)]
    Criteria(criteria::CriteriaCommand),
    #[command(subcommand)]
    Incident(incident::IncidentCommand),
    #[command(subcommand)]
    Registration(registration::RegistrationCommand),
    #[command(subcommand)]
    Event(registers::EventCommand),
    #[command(hide = true)]
    Devices(devices::DevicesArgs),
    /// Print a completion script for a shell
    Completions {
        /// bash, elvish, fish, powershell or zsh
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for every command
    Man {
        /// Write one page per command into this folder instead
        #[arg(long, value_name = "DIR")]
        out: Option<std::path::PathBuf>,
    },
    /// Show the version, the limits and the licence
    About,
}

/// The commands of the live service, its keys and its devices.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum LiveCommand {
    /// Run the live service: the User interface, deliveries, journal, ledger and an emulated network
    Serve(live::serve::ServeArgs),
    /// Show the state of the running service; the subcommands record statements about the service and compare them with measurements
    Status {
        #[command(subcommand)]
        verb: Option<statements::StatusCommand>,
    },
    /// Send a Service Request as a User and wait for the response
    Send(live::send::SendArgs),
    /// Run a User's endpoint, which verifies and prints the messages it receives
    Receive(live::receive::ReceiveArgs),
    /// Show current activity: rates, queues, requests in flight, time-outs
    Top(live::watch::TopArgs),
    /// Follow messages through the running service, step by step
    Tap(live::watch::TapArgs),
    #[command(subcommand)]
    Sample(live::sample::SampleCommand),
    #[command(subcommand)]
    Scenario(live::scenario::ScenarioCommand),
    #[command(subcommand)]
    Device(live::device::DeviceCommand),
    #[command(subcommand)]
    Key(live::key::KeyCommand),
}

/// The commands of the registers.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum RegisterCommand {
    #[command(subcommand)]
    Feed(feeds::FeedCommand),
    #[command(subcommand)]
    Fault(feeds::FaultCommand),
    #[command(subcommand)]
    Explanation(figures::ExplanationCommand),
    #[command(subcommand)]
    Annotation(figures::AnnotationCommand),
    #[command(subcommand)]
    Assurance(figures::AssuranceCommand),
    #[command(subcommand)]
    Override(figures::OverrideCommand),
    #[command(subcommand)]
    Exception(figures::ExceptionCommand),
    #[command(subcommand)]
    Claim(figures::ClaimCommand),
    #[command(subcommand)]
    Party(parties::PartyCommand),
    #[command(subcommand)]
    User(parties::UserCommand),
    #[command(subcommand)]
    Person(people::PersonCommand),
    #[command(subcommand)]
    Body(people::BodyCommand),
    #[command(subcommand)]
    Document(documents::DocumentCommand),
    #[command(subcommand)]
    Action(actions::ActionCommand),
    #[command(subcommand)]
    Contact(contacts::ContactCommand),
    #[command(subcommand)]
    Mailing(mailing::MailingCommand),
    #[command(subcommand)]
    Audit(statements::AuditCommand),
    #[command(subcommand)]
    View(statements::ViewCommand),
    #[command(subcommand)]
    Sentiment(feedback::SentimentCommand),
    #[command(subcommand)]
    Complaint(feedback::ComplaintCommand),
    #[command(subcommand)]
    Example(feedback::ExampleCommand),
    #[command(subcommand)]
    Comment(feedback::CommentCommand),
    #[command(subcommand)]
    Case(cases::CaseCommand),
    #[command(subcommand)]
    Workpackage(cases::WorkpackageCommand),
    #[command(subcommand)]
    Install(cases::InstallCommand),
    #[command(subcommand)]
    MetricDefect(cases::MetricDefectCommand),
    /// Downtime and planned maintenance
    #[command(subcommand)]
    Service(tables::ReadCommand),
    /// Device population by day
    #[command(subcommand)]
    Population(tables::ReadCommand),
    /// Communications Hub installations
    #[command(subcommand)]
    Hub(tables::ReadCommand),
    /// Traffic counts made by other parties
    #[command(subcommand)]
    Volume(tables::ReadCommand),
}

/// Runs the command of these words.
pub(crate) fn run(cli: &Cli, words: &str, matches: &ArgMatches) -> Result<Answer> {
    let invented = matches!(&cli.noun, Command::Live(LiveCommand::Serve(s)) if s.demo);
    let (ctx, opened) = Ctx::open(&cli.global, words, invented)?;
    named(cli, matches, &ctx)
        .and_then(|noun| dispatch(&noun, &ctx))
        .inspect_err(|_| opened.failed())
}

/// The command with the names of measures and providers as they are spelt in the rules.
fn named(cli: &Cli, matches: &ArgMatches, ctx: &Ctx) -> Result<Command> {
    let renamed = names::renamed(matches, ctx)?;
    if renamed.is_empty() {
        return Ok(cli.noun.clone());
    }
    let again = help::command()
        .try_get_matches_from(names::respelt(names::arguments(), &renamed))
        .and_then(|m| Cli::from_arg_matches(&m));
    Ok(again.map_err(|e| CliError::usage(e.to_string()))?.noun)
}

fn dispatch(command: &Command, ctx: &Ctx) -> Result<Answer> {
    match command {
        Command::Init(c) => c.run(ctx),
        Command::Demo(c) => northbound_app::demo::demo(ctx, &c.request()),
        Command::Live(c) => live_service(c, ctx),
        Command::Ingest(c) => ingest::run(c, ctx),
        Command::Journal(c) => journal::run(c, ctx),
        Command::Ledger(c) => ledger::run(c, ctx),
        Command::Doctor => northbound_app::doctor::doctor(ctx),
        Command::Receipt { out } => northbound_app::receipt::receipt(ctx, out.as_deref()),
        Command::Reconcile(c) => reconcile::run(c, ctx),
        Command::Pack(c) => pack::run(c, ctx),
        Command::Paper(c) => paper::run(c, ctx),
        Command::Minutes(c) => minutes::run(c, ctx),
        Command::Agenda(c) => minutes::agenda(c, ctx),
        Command::Explain(c) => explain::run(c, ctx),
        Command::Report(c) => report::run(c, ctx),
        Command::Request(c) => requests::request(c, ctx),
        Command::Alert(c) => requests::alert(c, ctx),
        Command::Rules(c) => rules::run(c, ctx),
        Command::Measure(c) => measures::run(c, ctx),
        Command::Methodology(c) => rules::methodology(c, ctx),
        Command::Template(c) => template::run(c, ctx),
        Command::Register(c) => register(c, ctx),
        Command::Change(c) => changes::change(c, ctx),
        Command::Combination(c) => combinations::combination(c, ctx),
        Command::Defect(c) => defects::defect(c, ctx),
        Command::Mitigation(c) => mitigations::mitigation(c, ctx),
        Command::Migration(c) => migrations::migration(c, ctx),
        Command::Criteria(c) => criteria::criteria(c, ctx),
        Command::Forecast(c) => forecast::run(c, ctx),
        Command::Variance(c) => variance::run(c, ctx),
        Command::Incident(c) => incident::run(c, ctx),
        Command::Registration(c) => registration::run(c, ctx),
        Command::Event(c) => registers::events(c, ctx),
        Command::Devices(c) => devices::run(c, ctx),
        Command::Completions { shell } => about::completions(*shell),
        Command::Man { out } => about::man(out.as_deref()),
        Command::About => Ok(about::about()),
    }
}

fn live_service(command: &LiveCommand, ctx: &Ctx) -> Result<Answer> {
    match command {
        LiveCommand::Serve(c) => live::serve::run(c, ctx),
        LiveCommand::Status { verb: None } => live::watch::status(ctx),
        LiveCommand::Status { verb: Some(c) } => statements::status(c, ctx),
        LiveCommand::Send(c) => live::send::run(c, ctx),
        LiveCommand::Receive(c) => live::receive::run(c, ctx),
        LiveCommand::Top(c) => live::watch::top(c, ctx),
        LiveCommand::Tap(c) => live::watch::tap(c, ctx),
        LiveCommand::Sample(c) => live::sample::run(c, ctx),
        LiveCommand::Scenario(c) => live::scenario::run(c, ctx),
        LiveCommand::Device(c) => live::device::run(c, ctx),
        LiveCommand::Key(c) => live::key::run(c, ctx),
    }
}

fn register(command: &RegisterCommand, ctx: &Ctx) -> Result<Answer> {
    match command {
        RegisterCommand::Feed(c) => feeds::feed(c, ctx),
        RegisterCommand::Fault(c) => feeds::fault(c, ctx),
        RegisterCommand::Explanation(c) => figures::explanation(c, ctx),
        RegisterCommand::Annotation(c) => figures::annotation(c, ctx),
        RegisterCommand::Assurance(c) => figures::assurance(c, ctx),
        RegisterCommand::Override(c) => figures::overrides(c, ctx),
        RegisterCommand::Exception(c) => figures::exception(c, ctx),
        RegisterCommand::Claim(c) => figures::claim(c, ctx),
        RegisterCommand::Party(c) => parties::party(c, ctx),
        RegisterCommand::User(c) => parties::user(c, ctx),
        RegisterCommand::Person(c) => people::person(c, ctx),
        RegisterCommand::Body(c) => people::body(c, ctx),
        RegisterCommand::Document(c) => documents::document(c, ctx),
        RegisterCommand::Action(c) => actions::action(c, ctx),
        RegisterCommand::Contact(c) => contacts::contact(c, ctx),
        RegisterCommand::Mailing(c) => mailing::run(c, ctx),
        RegisterCommand::Audit(c) => statements::audit(c, ctx),
        RegisterCommand::View(c) => statements::view(c, ctx),
        RegisterCommand::Sentiment(c) => feedback::sentiment(c, ctx),
        RegisterCommand::Complaint(c) => feedback::complaint(c, ctx),
        RegisterCommand::Example(c) => feedback::example(c, ctx),
        RegisterCommand::Comment(c) => feedback::comment(c, ctx),
        RegisterCommand::Case(c) => cases::case(c, ctx),
        RegisterCommand::Workpackage(c) => cases::workpackage(c, ctx),
        RegisterCommand::Install(c) => cases::install(c, ctx),
        RegisterCommand::MetricDefect(c) => cases::metric_defect(c, ctx),
        RegisterCommand::Service(c) => tables::run(Noun::Service, c, ctx),
        RegisterCommand::Population(c) => tables::run(Noun::Population, c, ctx),
        RegisterCommand::Hub(c) => tables::run(Noun::Hub, c, ctx),
        RegisterCommand::Volume(c) => tables::run(Noun::Volume, c, ctx),
    }
}
