//! What parties say and send: sentiment, examples of where reports disagree, comments on documents.

use crate::{
    Answer, Context, Result, Table,
    registers::{self, author, view, with_reason},
};
use northbound_registers::{
    Query, Receipt,
    records::feedback::{
        comments::Comment,
        examples::{Example, PassedExample, state},
        sentiments::Sentiment,
    },
};
use serde_json::json;
use std::collections::BTreeMap;

/// Records what a party says of a region in a month; it replaces what the party said before.
///
/// # Errors
/// Where the registers refuse it.
pub fn put_sentiment(ctx: &Context, sentiment: &Sentiment) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).put(sentiment, &with_reason(ctx, "rating replaced"))?)
}

/// Records the text of an example without what identifies its sender.
///
/// # Errors
/// Where the text still identifies the sender.
pub fn de_identify(ctx: &Context, id: &str, text: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).de_identify(id, text, &with_reason(ctx, "de-identified"))?)
}

/// Passes an example on to the provider `to`.
///
/// # Errors
/// Where it is not de-identified.
pub fn pass_on(ctx: &Context, id: &str, to: &str) -> Result<Answer> {
    let store = ctx.store()?;
    let receipts = ctx.gate(&store).pass_on(id, to, &with_reason(ctx, "passed on"))?;
    Ok(view::first_receipt(&receipts)
        .say(format!("{to} can see the de-identified text (`example passed`).")))
}

/// Records the provider's answer to an example.
///
/// # Errors
/// Where the example was not passed on.
pub fn answer_example(ctx: &Context, id: &str, text: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).answer_example(id, text, &with_reason(ctx, "answered"))?)
}

/// List every example with its state and answer.
///
/// # Errors
/// Where the registers cannot be read.
pub fn track_examples(ctx: &Context) -> Result<Answer> {
    let store = ctx.store()?;
    let gate = ctx.gate(&store);
    let q = Query::as_at(ctx.as_at());
    let passed: BTreeMap<String, PassedExample> =
        gate.list::<PassedExample>(&q)?.into_iter().map(|k| (k.id, k.record)).collect();
    let mut t = Table::new("", &["id", "about", "state", "passed to", "answer"]);
    let (mut out, mut by_state) = (Vec::new(), BTreeMap::<&str, u64>::new());
    for k in gate.list::<Example>(&q)? {
        let p = passed.get(&k.id);
        let s = state(&k.record, p);
        *by_state.entry(s.as_str()).or_default() += 1;
        let (to, answer) =
            p.map_or_else(Default::default, |p| (p.passed_to.clone(), p.answer.clone()));
        t.row([k.id.clone(), k.record.about.clone(), s.to_string(), to.clone(), answer.clone()]);
        out.push(json!({"id": k.id, "about": k.record.about, "state": s, "passed_to": to, "answer": answer}));
    }
    Ok(Answer::new(json!({"examples": out, "by_state": by_state})).table(t))
}

/// Adds a comment on a document. Without a party, a User comments for its own; without an author, the
/// party is the author, else the Actor. A comment after the last day is marked as late.
///
/// # Errors
/// Where the registers refuse it.
pub fn add_comment(ctx: &Context, by: Option<&str>, comment: Comment) -> Result<Answer> {
    let is_user = ctx.actor.roles.iter().any(|r| r == "user");
    let party = comment.party.or_else(|| ctx.actor.party.clone().filter(|_| is_user));
    let by = by.map(str::to_owned).or_else(|| party.clone());
    let by = by.unwrap_or_else(|| author(None, &ctx.actor));
    let comment = Comment { by, party, ..comment };
    let store = ctx.store()?;
    let receipt = ctx.gate(&store).comment(&comment, &ctx.write())?;
    let late = receipt.after.as_ref().is_some_and(|a| a["late"] == true);
    let answer = view::receipt(&receipt);
    Ok(if late {
        answer.say("It was received after the last day for comments and is marked as late.")
    } else {
        answer
    })
}

/// Answers a comment.
///
/// # Errors
/// Where the registers refuse it.
pub fn respond(ctx: &Context, id: &str, text: &str) -> Result<Receipt> {
    let store = ctx.store()?;
    Ok(ctx.gate(&store).update::<Comment>(id, &with_reason(ctx, "answered"), |c| {
        text.clone_into(&mut c.response);
        c.responded_by = author(None, &ctx.actor);
        Ok(())
    })?)
}

/// List the comments on a document, with late ones marked.
///
/// # Errors
/// Where the registers cannot be read.
pub fn comments_on(ctx: &Context, document: &str) -> Result<Answer> {
    let query = Query { lookup: Some(document.to_owned()), ..Query::default() };
    let comments = registers::list::<Comment>(ctx, &query)?;
    let head = ["id", "by", "received (UTC)", "late", "place", "comment", "answer"];
    let mut t = Table::new("", &head);
    for k in &comments {
        let c = &k.record;
        t.row([
            k.id.clone(),
            c.by.clone(),
            c.received.to_string(),
            if c.late { "late" } else { "" }.to_owned(),
            c.place.clone(),
            c.text.clone(),
            c.response.clone(),
        ]);
    }
    let late = comments.iter().filter(|k| k.record.late).count();
    Ok(Answer::new(json!({"document": document, "comments": comments, "late": late}))
        .say(format!("{} comments on {document}, {late} of them late.", comments.len()))
        .table(t))
}
