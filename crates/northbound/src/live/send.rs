//! `send`: a request as a User, its acknowledgement and its response.

use super::{policy_of, runtime, services};
use crate::{
    context::Ctx,
    error::{CliError, Result},
    output::{Answer, Format},
};
use clap::Args;
use northbound_app::{
    live::{
        inventory::meter_of,
        sample,
        sent::{self, Shown, Went, acknowledged},
    },
    service::sending_user,
};
use northbound_client::{
    control::Client as Control,
    receive::{Behaviour, CLIENT_BYTES, Checks, Receiver},
    send::{Prepared, Sent, prepare, send, signed_pre_command},
};
use northbound_duis::Services;
use northbound_gateway::clock::SystemClock;
use northbound_keys::{FOLDER, Keys};
use northbound_rules::RuleSet;
use northbound_transport::{Client, Url};
use northbound_types::{CommandVariant, Eui64};
use serde_json::json;
use std::{
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

/// Options of `send`.
#[derive(Debug, Clone, Args)]
pub(crate) struct SendArgs {
    /// Request in DUIS XML; it is signed again, with a RequestID of the User and a new counter
    #[arg(value_name = "FILE", required_unless_present = "sample")]
    file: Option<PathBuf>,
    /// Send a sample request of this service instead of a file (`sample list`). Default for --device: a meter of the User
    #[arg(long, value_name = "SRV", conflicts_with = "file")]
    sample: Option<String>,
    /// Sending User. Default: the only User of the party named by --as
    #[arg(long, value_name = "EUI")]
    user: Option<Eui64>,
    /// Target device, instead of the one in the file
    #[arg(long, value_name = "EUI")]
    device: Option<Eui64>,
    /// Counter, instead of the time in milliseconds
    #[arg(long, value_name = "N", conflicts_with = "keep_counter")]
    counter: Option<u64>,
    /// Use the counter of the file
    #[arg(long)]
    keep_counter: bool,
    /// Address of the service. Default: the service running on the data folder
    #[arg(long, value_name = "URL")]
    url: Option<Url>,
    /// Certificate authorities for an https address (PEM)
    #[arg(long, value_name = "FILE")]
    authorities: Option<PathBuf>,
    /// Client certificate for an https service that requires one (PEM)
    #[arg(long, value_name = "FILE", requires = "client_key")]
    client_certificate: Option<PathBuf>,
    /// Private key of the client certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "client_certificate")]
    client_key: Option<PathBuf>,
    /// Seconds to wait for the response; 0 waits for the acknowledgement only
    #[arg(long, value_name = "S", default_value_t = 30)]
    wait: u64,
    /// Sign the returned Pre-Command and send it as this Command Variant
    #[arg(long, value_name = "5|6|7", value_parser = clap::value_parser!(u8).range(5..=7))]
    sign: Option<u8>,
    /// Print the messages unmodified
    #[arg(long)]
    xml: bool,
    /// Print the signed request without sending it
    #[arg(long)]
    print: bool,
    /// Sign with the key of this User, to test that the service rejects it
    #[arg(long, value_name = "EUI", hide = true)]
    signer: Option<Eui64>,
}

/// Time limit for the acknowledgement.
const AT_ONCE: Duration = Duration::from_secs(10);

pub(crate) fn run(args: &SendArgs, ctx: &Ctx) -> Result<Answer> {
    let (rules, folder) = (ctx.rules()?, ctx.data.join(FOLDER));
    let (services, policy) = (services(&rules), policy_of(&rules, ctx)?);
    let user = sending_user(ctx, args.user)?;
    let keys = Arc::new(Keys::load(&folder, policy.service, None)?);
    let signer = keys.user(args.signer.unwrap_or(user), &folder)?;
    let Source { path, bytes, device } = source(args, &rules, user, ctx)?;
    let counter =
        if args.keep_counter { None } else { Some(args.counter.unwrap_or_else(sent::now_ms)) };
    let first = prepare(&path, &bytes, user, device, counter, &signer, &services)?;
    if args.print {
        return Ok(Answer::raw(String::from_utf8_lossy(&first.xml).into_owned() + "\n"));
    }
    let control = Control::of(&ctx.data, &ctx.actor).ok();
    let base = base(args, control.as_ref(), ctx)?;
    let client = Client::new(
        args.authorities.as_deref(),
        args.client_certificate.as_deref().zip(args.client_key.as_deref()),
        AT_ONCE,
    )?;
    let went = runtime()?.block_on(async {
        let waits = args.wait > 0;
        let mut endpoint = match &control {
            Some(c) if waits => {
                Some(endpoint(c, &first, &keys, policy.service, services.clone()).await?)
            }
            _ => None,
        };
        let mut went =
            vec![exchange(&client, &base, first, &services, endpoint.as_mut(), args, ctx).await?];
        let variant = args.sign.and_then(|number| CommandVariant::try_from(number).ok());
        if let (Some(variant), Some(pre)) = (variant, went[0].sent.pre_command.clone()) {
            let key = keys.command_key(user).ok_or_else(|| {
                CliError::not_found(format!(
                    "{} holds no key with which {user} signs Commands",
                    folder.display()
                ))
            })?;
            let second = signed_pre_command(&went[0].request, &pre, variant, &key, &signer)?;
            went.push(
                exchange(&client, &base, second, &services, endpoint.as_mut(), args, ctx).await?,
            );
        }
        if let Some(e) = endpoint {
            e.stop().await;
        }
        Ok::<_, CliError>(went)
    })?;
    let shown = Shown { wait: args.wait, signs: args.sign.is_some(), xml: args.xml };
    Ok(shown.answer(&went))
}

/// A request before it is signed.
struct Source {
    path: PathBuf,
    bytes: Vec<u8>,
    /// The target that replaces the one of the request.
    device: Option<Eui64>,
}

fn source(args: &SendArgs, rules: &RuleSet, user: Eui64, ctx: &Ctx) -> Result<Source> {
    let Some(srv) = &args.sample else {
        let path = args.file.clone().unwrap_or_default();
        let bytes = northbound_app::service::read_request(&path)?;
        return Ok(Source { path, bytes, device: args.device });
    };
    let service = sample::service(rules, srv)?;
    let device = match args.device {
        Some(device) => device,
        None => meter_of(ctx, user, &service.roles)?,
    };
    let made = sample::build(ctx, rules, srv, Some(user), Some(device))?;
    Ok(Source { path: format!("sample {srv}").into(), bytes: made.xml, device: None })
}

/// The address of the service: `--url`, else that of the service running on the data folder.
fn base(args: &SendArgs, control: Option<&Control>, ctx: &Ctx) -> Result<Url> {
    match (&args.url, control) {
        (Some(url), _) => Ok(url.clone()),
        (None, Some(c)) => c
            .run_file()
            .duis
            .parse()
            .map_err(|e: northbound_transport::UrlError| CliError::internal(e.to_string())),
        (None, None) => Err(CliError::not_found(format!(
            "no service runs on {}; start one with `northbound serve`, or name one with --url",
            ctx.data.display()
        ))),
    }
}

/// A temporary endpoint that receives the response to this one request.
async fn endpoint(
    control: &Control,
    request: &Prepared,
    keys: &Arc<Keys>,
    service: Eui64,
    services: Services,
) -> Result<Receiver> {
    let checks = Checks {
        keys: Arc::clone(keys),
        service,
        services,
        clock: Arc::new(|| SystemClock::shared().wall()),
        most: CLIENT_BYTES,
    };
    let receiver = Receiver::start(
        SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        None,
        checks,
        Behaviour::default(),
    )
    .await?;
    control.post(
        "/route",
        &json!({"request": request.id, "url": format!("http://{}/", receiver.address)}),
    )?;
    Ok(receiver)
}

async fn exchange(
    client: &Client,
    base: &Url,
    request: Prepared,
    services: &Services,
    endpoint: Option<&mut Receiver>,
    args: &SendArgs,
    ctx: &Ctx,
) -> Result<Went> {
    let sent = send(client, base, &request, services).await?;
    if ctx.format == Format::Table {
        say(&request, &sent, args.xml);
    }
    let accepted = sent.code.as_deref() == Some("I99");
    let answer = match endpoint {
        Some(e) if accepted => e.response_to(request.id, Duration::from_secs(args.wait)).await,
        _ => None,
    };
    Ok(Went { request, sent, answer })
}

/// Prints the acknowledgement immediately, since the response may take a while.
fn say(request: &Prepared, sent: &Sent, xml: bool) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{}", acknowledged(request, sent, xml)).and_then(|()| out.flush());
}
