//! `docs/proofs.json`: what the pages say, for programs.

use super::evidence::Evidence;
use super::generated::Generated;
use super::obligation::OBLIGATIONS;
use super::page::obligation_of;
use super::sources::Sources;
use flipside::Design;
use flipside_scenarios::checker::Checker;
use serde_json::{Value, json, to_value};

/// Adds the file. Keys are never renamed or dropped without another number in `schema`.
pub(super) fn add(
    evidence: &Evidence,
    sources: &Sources,
    generated: &mut Generated,
) -> Result<(), String> {
    let versions =
        Checker::ALL.map(|checker| (checker.name().to_owned(), json!(checker.version())));
    let mut versions: serde_json::Map<String, Value> = versions.into_iter().collect();
    versions.insert("flipside".to_owned(), json!(env!("CARGO_PKG_VERSION")));
    let mut obligations = Vec::new();
    for obligation in OBLIGATIONS {
        let sites = evidence.sites.iter();
        let own = sites.filter(|site| site.obligations.iter().any(|id| id == obligation.id));
        obligations.push(json!({
            "id": obligation.id,
            "name": obligation.name,
            "statement": sources.statement(obligation.id)?,
            "forbidden": obligation.forbidden,
            "sites": own.map(|site| &site.name).collect::<Vec<_>>(),
        }));
    }
    let cases = evidence.cases.iter().map(|(case, findings)| {
        let verdict = &findings.verdict;
        json!({
            "design": case.design.name(),
            "scenario": case.scenario.name,
            "obligations": case.scenario.obligations,
            "checker": case.checker.name(),
            "size": case.size.to_string(),
            "verdict": verdict.word(),
            "why": verdict.why().and_then(|why| why.lines().next()),
            "executions": findings.executions,
        })
    });
    let attacks = evidence.attacks.iter().map(|(checker, attacked)| {
        let breaks = (attacked.design == Design::default())
            .then(|| obligation_of(evidence, &attacked.mutant))
            .flatten();
        json!({
            "design": attacked.design.name(),
            "mutant": attacked.mutant,
            "order_only": attacked.weakened,
            "breaks": breaks,
            "checker": checker.name(),
            "verdict": attacked.verdict.word(),
            "executions": attacked.executions,
        })
    });
    let all = json!({
        "schema": 1,
        "versions": versions,
        "obligations": obligations,
        "sites": to_value(&evidence.sites).map_err(|why| why.to_string())?,
        "cases": cases.collect::<Vec<_>>(),
        "derivations": to_value(&evidence.derivations).map_err(|why| why.to_string())?,
        "mutants": attacks.collect::<Vec<_>>(),
        "litmus": super::litmus::json()?,
    });
    let text = serde_json::to_string_pretty(&all).map_err(|why| why.to_string())?;
    generated.file("docs/proofs.json", text + "\n");
    Ok(())
}
