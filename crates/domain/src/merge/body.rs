//! Bodies: a text by its lines, messages by who is who.

use super::{
    Conflict, ConflictPlace, MergedList, Three, fields,
    list::{self, List, Ties},
    messages, text,
};
use crate::{Attachment, Body, Message};

/// Merges bodies. A text on one side and messages on the other are a conflict as a whole.
pub(super) fn merge(bodies: Three<&Body>, conflicts: &mut Vec<Conflict>) -> Body {
    match bodies {
        Three {
            base: Body::Text { template: base },
            ours: Body::Text { template: ours },
            theirs: Body::Text { template: theirs },
        } => {
            let templates = Three { base: base.as_str(), ours, theirs };
            let template = text::merge(templates, &ConflictPlace::Text, "/body/template", conflicts);
            Body::Text { template }
        }
        Three {
            base: Body::Messages { messages: base },
            ours: Body::Messages { messages: ours },
            theirs: Body::Messages { messages: theirs },
        } => Body::Messages {
            messages: merge_messages(Three { base: base.as_slice(), ours, theirs }, conflicts),
        },
        _ => fields::whole(bodies.map(Some), || ConflictPlace::Body, "/body", conflicts).unwrap_or_default(),
    }
}

fn merge_messages(items: Three<&[Message]>, conflicts: &mut Vec<Conflict>) -> Vec<Message> {
    let ours = messages::matches(items.base, items.ours);
    let theirs = messages::matches(items.base, items.theirs);
    let twins = |ours: usize, theirs: usize| items.ours[ours] == items.theirs[theirs];
    let rows = list::rows(items.base.len(), &ours, &theirs, twins);
    List { items, kind: MergedList::Messages, pointer: "/body/messages" }.merge(
        rows,
        &Ties::Conflict,
        |index, _| ConflictPlace::Message { index },
        merge_message,
        conflicts,
    )
}

fn merge_message(
    values: Three<Option<&Message>>,
    index: usize,
    conflicts: &mut Vec<Conflict>,
) -> Option<Message> {
    let pointer = format!("/body/messages/{index}");
    let Three { base: Some(base), ours: Some(ours), theirs: Some(theirs) } = values else {
        // Both added it, and alike.
        return values.ours.cloned();
    };
    let all = Three { base, ours, theirs };
    let roles = all.map(|message| Some(&message.role));
    let role =
        fields::whole(roles, || ConflictPlace::Role { index }, &fields::below(&pointer, "role"), conflicts)?;
    let templates = all.map(|message| message.template.as_str());
    let place = ConflictPlace::MessageText { index };
    let template = text::merge(templates, &place, &fields::below(&pointer, "template"), conflicts);
    let attachments = all.map(|message| message.attachments.as_slice());
    let attachments =
        merge_attachments(attachments, index, &fields::below(&pointer, "attachments"), conflicts);
    Some(Message { role, template, attachments })
}

fn merge_attachments(
    items: Three<&[Attachment]>,
    index: usize,
    pointer: &str,
    conflicts: &mut Vec<Conflict>,
) -> Vec<Attachment> {
    let place = |attachment: &Attachment| ConflictPlace::Attachment { index, name: attachment.name.clone() };
    List { items, kind: MergedList::Attachments, pointer }.merge_named(
        |attachment| &attachment.name,
        |_, attachment| place(attachment),
        |values, place_in_list, conflicts| {
            let ours = values.ours?;
            fields::whole(values, || place(ours), &format!("{pointer}/{place_in_list}"), conflicts)
        },
        conflicts,
    )
}
