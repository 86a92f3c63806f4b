//! Drafts, their approval, and corrections: versions of one document in the register (A15).

use crate::{
    Answer, AppError, Context, Result, meeting_files,
    registers::{self, view, with_reason},
};
use northbound_registers::{
    AsAt, Query,
    records::{
        feedback::comments::Comment,
        oversight::documents::{Document, DocumentKind},
    },
};
use northbound_types::Day;
use std::path::{Path, PathBuf};

/// A draft that goes to the members.
#[derive(Debug, Clone)]
pub struct Drafted {
    /// Reference, such as `OPSG_33xx_2206`.
    pub id: String,
    /// The file.
    pub file: PathBuf,
    /// Title.
    pub title: String,
    /// The body that owns the minutes.
    pub owner: String,
    /// Last day for comments.
    pub comments_by: Option<Day>,
}

/// Registers a draft, or the next draft of minutes that are not final.
///
/// # Errors
/// Where the id is another kind of document or final minutes, or the registers refuse it.
pub fn draft(ctx: &Context, d: &Drafted) -> Result<Answer> {
    let (file, bytes) = meeting_files::read(&d.file)?;
    let record = |version: String| Document {
        id: d.id.clone(),
        kind: DocumentKind::Minutes,
        title: d.title.clone(),
        period: None,
        version,
        marking: String::new(),
        sharing: String::new(),
        owner: d.owner.clone(),
        due: None,
        arrived: Some(ctx.now.day()),
        comments_by: d.comments_by,
        sha256: meeting_files::sha256(&bytes),
        filed: file.display().to_string(),
        approved_by: String::new(),
    };
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let Some(before) = gate.find::<Document>(&d.id, AsAt::NOW)? else {
        return Ok(view::receipt(&gate.add(&record("draft".to_owned()), &ctx.write())?));
    };
    minutes(&before.record)?;
    let mut next = record(format!("draft, version {}", before.record.version_number() + 1));
    next.comments_by = d.comments_by.or(before.record.comments_by);
    next.marking.clone_from(&before.record.marking);
    let write = with_reason(ctx, "another draft");
    Ok(view::receipt(&gate.change(&d.id, &next, &write)?))
}

fn minutes(d: &Document) -> Result<()> {
    if d.kind == DocumentKind::Minutes {
        return Ok(());
    }
    Err(AppError::refused(format!("{} is registered as {}, not as minutes", d.id, d.kind)))
}

/// Makes a draft final: approved by a meeting, once each comment has its answer.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) where no meeting is named or a comment has no answer; where the
/// document is no minutes, or they are final already.
pub fn finish(ctx: &Context, id: &str, approved_by: &str, file: &Path) -> Result<Answer> {
    if approved_by.trim().is_empty() {
        return Err(AppError::refused(format!(
            "the minutes {id} are not final: name the meeting that approved them (--approved-by)"
        )));
    }
    minutes(&registers::show::<Document>(ctx, id)?.record)?;
    let query = Query { lookup: Some(id.to_owned()), ..Query::default() };
    let comments = registers::list::<Comment>(ctx, &query)?;
    let open: Vec<&str> = comments
        .iter()
        .filter(|c| c.record.response.trim().is_empty())
        .map(|c| c.id.as_str())
        .collect();
    if !open.is_empty() {
        return Err(AppError::refused(format!(
            "the minutes {id} are not final: {} no answer; say what became of each with `comment respond`",
            if open.len() == 1 {
                format!("{} has", open[0])
            } else {
                format!("{} have", open.join(", "))
            }
        )));
    }
    let (path, bytes) = meeting_files::read(file)?;
    let store = ctx.store()?;
    let write = with_reason(ctx, &format!("approved by {approved_by}"));
    let receipt = ctx.gate(&store).update::<Document>(id, &write, |d| {
        "final, version 1".clone_into(&mut d.version);
        approved_by.trim().clone_into(&mut d.approved_by);
        d.sha256 = meeting_files::sha256(&bytes);
        d.filed = path.display().to_string();
        Ok(())
    })?;
    Ok(view::receipt(&receipt))
}

/// Makes the next version of final minutes; the versions before stay in the history.
///
/// # Errors
/// [`Kind::Refused`](crate::error::Kind::Refused) without a reason, where the minutes are not final, or where the file
/// is that of the version before.
pub fn correct(ctx: &Context, id: &str, file: &Path) -> Result<Answer> {
    if ctx.reason.trim().is_empty() {
        return Err(AppError::refused(format!(
            "the minutes {} are not corrected: say why (--reason)",
            id
        )));
    }
    let (path, bytes) = meeting_files::read(file)?;
    let before = registers::show::<Document>(ctx, id)?.record;
    minutes(&before)?;
    let sha256 = meeting_files::sha256(&bytes);
    let problem = if !before.is_final_minutes() {
        "they are not final; change the draft with `minutes draft`"
    } else if before.sha256 == sha256 {
        "the file is the same as that of the version before"
    } else {
        ""
    };
    if !problem.is_empty() {
        return Err(AppError::refused(format!("the minutes {} are not corrected: {problem}", id)));
    }
    let store = ctx.store()?;
    let receipt = ctx.gate(&store).update::<Document>(id, &ctx.write(), |d| {
        d.version = format!("final, version {}", d.version_number() + 1);
        d.sha256.clone_from(&sha256);
        d.filed = path.display().to_string();
        Ok(())
    })?;
    Ok(view::receipt(&receipt))
}
